"""Broken: keeps its state where ``state_dict`` does not find it."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Rule(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.01):
        super().__init__(params, {"lr": lr})
        self.means = {}

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    mean = self.means.setdefault(weight, torch.zeros_like(weight))
                    mean.mul_(0.9).add_(weight.grad.to_dense())
                    weight.sub_(mean, alpha=group["lr"])


@hookimpl
def register_optimizers():
    return Optimizer("state_in_an_attribute", Rule)
