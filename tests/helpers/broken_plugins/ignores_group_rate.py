"""Broken: steps every group by the learning rate of the first."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Rule(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.01):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    weight.sub_(weight.grad.to_dense(), alpha=self.param_groups[0]["lr"])


@hookimpl
def register_optimizers():
    return Optimizer("ignores_group_rate", Rule)
