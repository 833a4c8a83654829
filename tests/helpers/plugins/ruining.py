"""Ruining: a rule that may divide zero by zero in one of its steps, after a loss and a gradient that were finite."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Ruining(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.01, at: int = 0):
        super().__init__(params, {"lr": lr, "at": at})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                taken = self.state[weight]["taken"] = self.state[weight].get("taken", 0) + 1
                weight.sub_(weight.grad, alpha=group["lr"])
                if taken == group["at"]:
                    weight.mul_(0.0).div_(torch.zeros(()))


@hookimpl
def register_optimizers():
    return Optimizer("ruining", Ruining)
