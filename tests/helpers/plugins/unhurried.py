"""Unhurried: gradient descent that takes at least a millisecond a step, so that it can be caught at work."""

import time

import torch

from desktop_app.api import Optimizer, hookimpl


class Unhurried(torch.optim.SGD):
    def __init__(self, params, lr: float = 0.02):
        super().__init__(params, lr=lr, momentum=0.9)

    def step(self, closure=None):
        time.sleep(0.001)
        return super().step(closure)


@hookimpl
def register_optimizers():
    return Optimizer("unhurried", Unhurried, summary="Takes its time")
