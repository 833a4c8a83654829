"""By name: gradient descent that leaves biases alone, which it tells by their names."""

import torch

from desktop_app.api import Optimizer, hookimpl


class ByName(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.05):
        pairs = list(params)
        self.names = [name for name, _ in pairs]
        weights = [weight for name, weight in pairs if not name.endswith("bias")]
        biases = [weight for name, weight in pairs if name.endswith("bias")]
        super().__init__([{"params": weights}, {"params": biases, "lr": 0.0}], {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    weight.sub_(weight.grad, alpha=group["lr"])


@hookimpl
def register_optimizers():
    return Optimizer("by_name", ByName, summary="Leaves biases alone", named=True)
