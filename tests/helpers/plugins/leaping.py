"""Looks around before a step, as SAM does, but far away: at weights that are several times as large."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Leaping(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.01, leap: float = 5.0):
        super().__init__(params, {"lr": lr, "leap": leap})

    @torch.no_grad()
    def step(self, closure):
        loss = closure()
        weights = [(weight, group, weight.clone()) for group in self.param_groups for weight in group["params"]]
        for weight, group, _ in weights:
            weight.mul_(group["leap"])
        closure()
        for weight, group, before in weights:
            weight.copy_(before).sub_(weight.grad, alpha=group["lr"])
        return loss


@hookimpl
def register_optimizers():
    return Optimizer("leaping", Leaping, closure=True)
