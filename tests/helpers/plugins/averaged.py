"""Averaged: gradient descent that is evaluated at the running mean of its weights."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Averaged(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.05):
        super().__init__(params, {"lr": lr, "training": True})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            if not group["training"]:
                raise RuntimeError("averaged: step() was called in evaluation mode")
            for weight in group["params"]:
                state = self.state[weight]
                if not state:
                    state["mean"] = weight.clone()
                weight.sub_(weight.grad, alpha=group["lr"])
                state["mean"].lerp_(weight, 0.1)

    def eval(self):
        self._switch(to_training=False)

    def train(self):
        self._switch(to_training=True)

    @torch.no_grad()
    def _switch(self, to_training):
        for group in self.param_groups:
            if group["training"] == to_training:
                continue
            group["training"] = to_training
            for weight in group["params"]:
                state = self.state[weight]
                if not to_training:
                    state["kept"] = weight.clone()
                    weight.copy_(state.get("mean", weight))
                else:
                    weight.copy_(state.pop("kept"))  # the very bits: nothing is computed back


@hookimpl
def register_optimizers():
    return Optimizer("averaged", Averaged, summary="Evaluated at the mean of its weights")
