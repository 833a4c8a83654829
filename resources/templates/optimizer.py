"""New optimizer: TODO say in a line what it does."""

from typing import Annotated, Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, UpdateRule, hookimpl


class NewOptimizer(UpdateRule):
    """Momentum as a running mean of gradients, with weights that shrink on their own.

    Args:
        lr: Learning rate.
        momentum: Share of the running mean kept at each step.
        weight_decay: Each step takes this share of the weights away, times the learning rate.

    Raises: ``ValueError`` for a momentum outside ``[0, 1)`` or another value below 0.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Annotated[float, Range(1e-5, 1.0, log=True)] = 0.01,
        momentum: Annotated[float, Range(0.0, 0.999)] = 0.9,
        weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    def start(self, weight: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        """Return what is kept for one weight, before its first step."""
        return {"mean": torch.zeros_like(weight)}

    def update(
        self,
        weights: list[Tensor],
        gradients: list[Tensor],
        state: dict[str, list[Tensor]],
        step: int,
        group: dict[str, Any],
    ) -> None:
        """Change all weights of a group at once, in place; ``group`` holds the values as they are now."""
        # m = beta m + (1 - beta) g
        torch._foreach_lerp_(state["mean"], gradients, 1.0 - group["momentum"])
        # w = w - lr weight_decay w - lr m
        torch._foreach_mul_(weights, 1.0 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(weights, state["mean"], alpha=-group["lr"])


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "new_optimizer",
        NewOptimizer,
        title="New optimizer",
        summary="A running mean of gradients",
        formula=r"m \leftarrow \beta m + (1 - \beta) g,\quad w \leftarrow w - \eta \lambda w - \eta m",
        when="TODO say in a sentence when to pick it.",
    )
