"""Broken: computes the training weights back, which loses bits."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Rule(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.01):
        super().__init__(params, {"lr": lr, "away": False})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    weight.sub_(weight.grad.to_dense(), alpha=group["lr"])

    def eval(self):
        self._shift(away=True)

    def train(self):
        self._shift(away=False)

    @torch.no_grad()
    def _shift(self, away):
        for group in self.param_groups:
            if group["away"] != away:
                group["away"] = away
                for weight in group["params"]:
                    weight.add_(0.1 if away else -0.1)


@hookimpl
def register_optimizers():
    return Optimizer("lossy_switch", Rule)
