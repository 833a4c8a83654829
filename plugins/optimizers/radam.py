"""RAdam: Adam that starts as momentum until its scaling can be trusted."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, hookimpl


def radam(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.001,
    beta1: Annotated[float, Range(0.0, 0.999)] = 0.9,
    beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    decoupled_weight_decay: bool = False,
) -> torch.optim.Optimizer:
    """Return torch's RAdam.

    Args:
        lr: Learning rate.
        beta1: Share of the running mean of gradients kept at each step.
        beta2: Share of the running mean of squared gradients kept at each step.
        eps: Added to the root against division by 0.
        weight_decay: How strongly weights are pulled to 0.
        decoupled_weight_decay: Shrink the weights themselves, as AdamW does, instead of adding to the gradient.
    """
    return torch.optim.RAdam(
        params,
        lr=lr,
        betas=(beta1, beta2),
        eps=eps,
        weight_decay=weight_decay,
        decoupled_weight_decay=decoupled_weight_decay,
    )


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "radam",
        radam,
        title="RAdam",
        summary="Adam with a warm-up of its own",
        formula=(
            r"w \leftarrow w - \eta\, r_t \frac{\hat m}{\sqrt{\hat v} + \epsilon},\quad "
            r"r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\,\rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2)\,\rho_t}}"
        ),
        reference="arXiv:1908.03265",
        when="Where Adam is thrown off in its first steps and you do not want to set a warm-up.",
        notes=(
            "For the first five steps (with beta2 = 0.999) it moves along the bias-corrected momentum alone, times the "
            "learning rate and without scaling: at large gradients these steps are large.",
            "No fused kernel: a step costs more than Adam's.",
        ),
        gives_way=True,
    )
