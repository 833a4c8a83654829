"""Greedy: makes its state in its first step, as many rules do, and may find no memory for it the first time."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Greedy(torch.optim.SGD):
    def __init__(self, params, lr: float = 0.01, refused: bool = False):
        super().__init__(params, lr=lr)
        self.is_refused = refused

    def step(self, closure=None):
        if self.is_refused:
            self.is_refused = False
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return super().step(closure)


@hookimpl
def register_optimizers():
    return Optimizer("greedy", Greedy)
