"""Broken: shrinks every weight it is given, frozen ones too."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Rule(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.01):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                weight.mul_(1.0 - 0.01 * group["lr"])
                if weight.grad is not None:
                    weight.sub_(weight.grad.to_dense(), alpha=group["lr"])


@hookimpl
def register_optimizers():
    return Optimizer("touches_frozen", Rule)
