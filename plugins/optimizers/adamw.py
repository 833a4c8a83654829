"""AdamW: Adam with a weight decay that its scaling does not touch."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, fused_kernels, hookimpl


def adamw(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.001,
    beta1: Annotated[float, Range(0.0, 0.999)] = 0.9,
    beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
    weight_decay: Annotated[float, Range(0.0, 0.5)] = 0.01,
    amsgrad: bool = False,
) -> torch.optim.Optimizer:
    """Return torch's AdamW.

    Args:
        lr: Learning rate.
        beta1: Share of the running mean of gradients kept at each step.
        beta2: Share of the running mean of squared gradients kept at each step.
        eps: Added to the root against division by 0.
        weight_decay: Share of each weight, times the learning rate, taken away at each step.
        amsgrad: Divide by the largest mean of squared gradients so far instead of the newest.
    """
    params = list(params)  # type: ignore[assignment]
    return torch.optim.AdamW(
        params,
        lr=lr,
        betas=(beta1, beta2),
        eps=eps,
        weight_decay=weight_decay,
        amsgrad=amsgrad,
        fused=fused_kernels(params),
    )


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "adamw",
        adamw,
        title="AdamW",
        summary="Adam with a decoupled weight decay",
        formula=r"w \leftarrow (1 - \eta\lambda)\, w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        reference="arXiv:1711.05101",
    )
