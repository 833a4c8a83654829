"""Broken: never ends its first step."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Rule(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.01):
        super().__init__(params, {"lr": lr})

    def step(self, closure=None):
        while True:
            pass


@hookimpl
def register_optimizers():
    return Optimizer("endless_step", Rule)
