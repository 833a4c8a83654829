"""Nadam: Adam with Nesterov's look ahead."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, hookimpl


def nadam(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.002,
    beta1: Annotated[float, Range(0.0, 0.999)] = 0.9,
    beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
    weight_decay: Annotated[float, Range(0.0, 0.5)] = 0.0,
    momentum_decay: Annotated[float, Range(0.0, 0.1)] = 0.004,
    decoupled_weight_decay: bool = False,
) -> torch.optim.Optimizer:
    """Return torch's NAdam, whose momentum warms up as in the paper.

    Args:
        lr: Learning rate.
        beta1: Share of the running mean of gradients kept at each step, once warm.
        beta2: Share of the running mean of squared gradients kept at each step.
        eps: Added to the root against division by 0.
        weight_decay: Added to the gradient as this times the weight, or taken from the weight where decoupled.
        momentum_decay: How quickly the momentum warms up.
        decoupled_weight_decay: Shrink the weights themselves, as AdamW does.
    """
    return torch.optim.NAdam(
        params,
        lr=lr,
        betas=(beta1, beta2),
        eps=eps,
        weight_decay=weight_decay,
        momentum_decay=momentum_decay,
        decoupled_weight_decay=decoupled_weight_decay,
    )


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "nadam",
        nadam,
        title="Nadam",
        summary="Adam that looks one step ahead",
        formula=(
            r"w \leftarrow w - \frac{\eta}{\sqrt{\hat v} + \epsilon}"
            r"\left(\mu_{t+1} \hat m + \frac{(1 - \mu_t)\, g}{1 - \prod_i \mu_i}\right)"
        ),
        reference="https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
    )
