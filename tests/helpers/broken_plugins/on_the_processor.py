"""Broken: makes its state on the processor, wherever the weights are."""

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
                    state = self.state[weight]
                    if not state:
                        state["mean"] = torch.zeros(weight.shape, dtype=weight.dtype, device="cpu")
                    state["mean"].mul_(0.9).add_(weight.grad.to_dense())
                    weight.sub_(state["mean"], alpha=group["lr"])


@hookimpl
def register_optimizers():
    return Optimizer("on_the_processor", Rule)
