"""Greedy: makes its state in its first step, as many rules do, and finds no memory for it the first time."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Greedy(torch.optim.SGD):
    def __init__(self, params, lr: float = 0.01):
        super().__init__(params, lr=lr)
        self.was_refused = False

    def step(self, closure=None):
        if not self.was_refused:
            self.was_refused = True
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return super().step(closure)


@hookimpl
def register_optimizers():
    return Optimizer("greedy", Greedy)
