"""Lion: the sign of an interpolated momentum."""

from typing import Annotated

import torch

from desktop_app.api import Optimizer, Range, hookimpl


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr: Annotated[float, Range(1e-6, 1e-1, log=True)] = 1e-4, beta: float = 0.9):
        super().__init__(params, {"lr": lr, "beta": beta})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                direction = torch.lerp(weight.grad, state["momentum"], group["beta"])
                weight.sub_(direction.sign(), alpha=group["lr"])
                state["momentum"].lerp_(weight.grad, 0.01)


@hookimpl
def register_optimizers():
    return Optimizer(
        "lion", Lion, summary="Sign of an interpolated momentum", reference="https://arxiv.org/abs/2302.06675"
    )
