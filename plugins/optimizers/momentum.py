"""Momentum: steps along a decaying sum of past gradients, like a ball with friction."""

from typing import Annotated, Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Form, Optimizer, Range, UpdateRule, fused_kernels, hookimpl, refuse_options, with_decay


class TextbookMomentum(UpdateRule):
    """``v = momentum * v + (1 - momentum) * g``, ``w -= lr * v``; v starts at 0."""

    def __init__(self, params: ParamsT, lr: float, momentum: float, weight_decay: float) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    def start(self, weight: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        """Return a velocity of 0."""
        return {"velocity": torch.zeros_like(weight)}

    def update(
        self,
        weights: list[Tensor],
        gradients: list[Tensor],
        state: dict[str, list[Tensor]],
        step: int,
        group: dict[str, Any],
    ) -> None:
        """Mix the gradient into the velocity, and step along it."""
        gradients = with_decay(gradients, weights, group["weight_decay"])
        torch._foreach_lerp_(state["velocity"], gradients, 1.0 - group["momentum"])
        torch._foreach_add_(weights, state["velocity"], alpha=-group["lr"])


def momentum(
    params: ParamsT,
    lr: Annotated[float, Range(1e-5, 1.0, log=True)] = 0.01,
    momentum: Annotated[float, Range(0.0, 0.999)] = 0.9,
    dampening: Annotated[float, Range(0.0, 1.0)] = 0.0,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    form: Form = "standard",
) -> torch.optim.Optimizer:
    """Return torch's SGD with momentum, whose learning rate scales the whole velocity, or the textbook's momentum.

    Args:
        lr: Learning rate.
        momentum: Share of the velocity kept at each step.
        dampening: Share of the newest gradient left out of the velocity, but for the first; standard form only.
        weight_decay: Added to the gradient as this times the weight.
        form: standard sums gradients up; textbook averages them, so that the same step needs a larger learning rate.

    Raises: ``ValueError`` for a dampening in the textbook form.
    """
    refuse_options(form, dampening=(dampening, 0.0))
    if form == "textbook":
        return TextbookMomentum(params, lr, momentum, weight_decay)
    params = list(params)  # type: ignore[assignment]
    return torch.optim.SGD(
        params,
        lr=lr,
        momentum=momentum,
        dampening=dampening,
        weight_decay=weight_decay,
        fused=fused_kernels(params),
    )


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "momentum",
        momentum,
        title="Momentum",
        summary="Gradient descent with a velocity",
        formula=r"v \leftarrow \mu v + g,\quad w \leftarrow w - \eta\, v",
        textbook=r"v \leftarrow \beta v + (1 - \beta)\, g,\quad w \leftarrow w - \eta\, v",
        reference="https://doi.org/10.1016/0041-5553(64)90137-5",
        when=(
            "A sound choice for picture networks that are trained long with a falling learning rate. "
            "It speeds up along valleys and calms down across them."
        ),
        notes=(
            "Why the forms part: the textbook's factor 1 - β makes its steps that much smaller. At β = 0.9 it follows "
            "the same path with ten times the learning rate.",
            "Keras keeps the learning rate inside the velocity (v = μv - ηg). At a constant learning rate that is the "
            "same path as torch's; when the learning rate changes, Keras' old velocity keeps the old one.",
        ),
    )
