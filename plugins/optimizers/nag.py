"""Nesterov's accelerated gradient: momentum that looks one step ahead."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, fused_kernels, hookimpl


def nag(
    params: ParamsT,
    lr: Annotated[float, Range(1e-5, 1.0, log=True)] = 0.01,
    momentum: Annotated[float, Range(0.0, 0.999)] = 0.9,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
) -> torch.optim.Optimizer:
    """Return torch's SGD with Nesterov momentum.

    The gradient is taken at the weights themselves; the look ahead is in the formula (Sutskever et al. 2013).

    Args:
        lr: Learning rate.
        momentum: Share of the velocity kept at each step; must be above 0.
        weight_decay: Added to the gradient as this times the weight.

    Raises: ``ValueError`` if ``momentum`` is not above 0.
    """
    if not momentum > 0:
        raise ValueError(f"momentum must be above 0, got {momentum}; use sgd for none")
    params = list(params)  # type: ignore[assignment]
    return torch.optim.SGD(
        params, lr=lr, momentum=momentum, nesterov=True, weight_decay=weight_decay, fused=fused_kernels(params)
    )


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "nag",
        nag,
        title="NAG",
        summary="Nesterov's accelerated gradient: momentum that looks ahead",
        formula=r"v \leftarrow \mu v + g,\quad w \leftarrow w - \eta\,(g + \mu v)",
        reference="https://proceedings.mlr.press/v28/sutskever13.html",
    )
