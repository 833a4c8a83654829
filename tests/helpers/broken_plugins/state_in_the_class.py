"""Broken: keeps its state in the class, which all instances share."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Rule(torch.optim.Optimizer):
    steps = 0

    def __init__(self, params, lr: float = 0.01):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        type(self).steps += 1
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    weight.sub_(weight.grad.to_dense(), alpha=group["lr"] / (1.0 + 0.01 * self.steps))


@hookimpl
def register_optimizers():
    return Optimizer("state_in_the_class", Rule)
