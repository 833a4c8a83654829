"""Stochastic gradient descent: a step against the gradient, nothing more."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, fused_kernels, hookimpl


def sgd(
    params: ParamsT,
    lr: Annotated[float, Range(1e-5, 1.0, log=True)] = 0.01,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
) -> torch.optim.Optimizer:
    """Return torch's SGD without momentum.

    Args:
        lr: Learning rate.
        weight_decay: Added to the gradient as this times the weight.
    """
    params = list(params)  # type: ignore[assignment]
    return torch.optim.SGD(params, lr=lr, weight_decay=weight_decay, fused=fused_kernels(params))


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "sgd",
        sgd,
        title="SGD",
        summary="Plain gradient descent on batches",
        formula=r"w \leftarrow w - \eta\, g",
        reference="https://doi.org/10.1214/aoms/1177729586",
        when="As a yardstick, and where every step should be easy to explain. Momentum is nearly always quicker.",
        notes=(
            "It comes in one form: torch, Keras and the textbook agree on it.",
            "All weights share one learning rate, so a steep direction limits how fast a flat one is followed.",
        ),
    )
