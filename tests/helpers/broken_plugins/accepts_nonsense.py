"""Broken: takes any number, and answers with NaN."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Rule(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.01, power: float = 1.0):
        super().__init__(params, {"lr": lr, "power": power})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    size = torch.tensor(group["power"], dtype=weight.dtype, device=weight.device).sqrt()
                    weight.sub_(weight.grad.to_dense() * size, alpha=group["lr"])


@hookimpl
def register_optimizers():
    return Optimizer("accepts_nonsense", Rule)
