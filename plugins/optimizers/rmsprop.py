"""RMSProp: each weight's step is scaled by the recent size of its gradients."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, hookimpl


def rmsprop(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.001,
    alpha: Annotated[float, Range(0.5, 0.9999)] = 0.99,
    momentum: Annotated[float, Range(0.0, 0.999)] = 0.0,
    centered: bool = False,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
) -> torch.optim.Optimizer:
    """Return torch's RMSprop, which adds ``eps`` outside the root.

    Args:
        lr: Learning rate; torch's own default of 0.01 is too high for most networks, this is Keras'.
        alpha: Share of the running mean of squared gradients kept at each step.
        momentum: Share of the velocity kept at each step.
        centered: Divide by the gradients' standard deviation instead of their root mean square.
        eps: Added to the root against division by 0.
        weight_decay: Added to the gradient as this times the weight.
    """
    return torch.optim.RMSprop(
        params, lr=lr, alpha=alpha, momentum=momentum, centered=centered, eps=eps, weight_decay=weight_decay
    )


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "rmsprop",
        rmsprop,
        title="RMSProp",
        summary="Steps scaled by the recent size of the gradients",
        formula=r"s \leftarrow \alpha s + (1 - \alpha) g^2,\quad w \leftarrow w - \frac{\eta}{\sqrt{s} + \epsilon}\, g",
        reference="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
    )
