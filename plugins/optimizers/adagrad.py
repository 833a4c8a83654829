"""Adagrad: each weight's step shrinks with the gradients it has seen; for rare features."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, fused_kernels, hookimpl

# Fewer than Adam has (torch 2.14).
_FUSED_DEVICES = ("cpu", "cuda")


def adagrad(
    params: ParamsT,
    lr: Annotated[float, Range(1e-5, 1.0, log=True)] = 0.01,
    lr_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    initial_accumulator_value: Annotated[float, Range(0.0, 1.0)] = 0.0,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-10,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
) -> torch.optim.Optimizer:
    """Return torch's Adagrad.

    Args:
        lr: Learning rate.
        lr_decay: The learning rate is divided by 1 plus this times the number of past steps.
        initial_accumulator_value: What the sum of squared gradients starts from.
        eps: Added to the root of that sum against division by 0.
        weight_decay: Added to the gradient as this times the weight.
    """
    params = list(params)  # type: ignore[assignment]
    return torch.optim.Adagrad(
        params,
        lr=lr,
        lr_decay=lr_decay,
        initial_accumulator_value=initial_accumulator_value,
        eps=eps,
        weight_decay=weight_decay,
        fused=fused_kernels(params, _FUSED_DEVICES),
    )


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "adagrad",
        adagrad,
        title="Adagrad",
        summary="Steps shrink with the gradients seen; for rare features",
        formula=r"s \leftarrow s + g^2,\quad w \leftarrow w - \frac{\eta}{\sqrt{s} + \epsilon}\, g",
        reference="https://jmlr.org/papers/v12/duchi11a.html",
    )
