"""Momentum: steps along a decaying sum of past gradients, like a ball with friction."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, fused_kernels, hookimpl


def momentum(
    params: ParamsT,
    lr: Annotated[float, Range(1e-5, 1.0, log=True)] = 0.01,
    momentum: Annotated[float, Range(0.0, 0.999)] = 0.9,
    dampening: Annotated[float, Range(0.0, 1.0)] = 0.0,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
) -> torch.optim.Optimizer:
    """Return torch's SGD with momentum; the learning rate scales the whole velocity (Polyak has it inside).

    Args:
        lr: Learning rate.
        momentum: Share of the velocity kept at each step.
        dampening: Share of the newest gradient left out of the velocity, but for the first.
        weight_decay: Added to the gradient as this times the weight.
    """
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
        reference="https://doi.org/10.1016/0041-5553(64)90137-5",
    )
