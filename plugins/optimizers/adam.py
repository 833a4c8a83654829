"""Adam: momentum, scaled by the recent size of the gradients, both corrected for their start at 0."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Form, Optimizer, Range, fused_kernels, hookimpl, refuse_options


def adam(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.001,
    beta1: Annotated[float, Range(0.0, 0.999)] = 0.9,
    beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    amsgrad: bool = False,
    form: Form = "standard",
) -> torch.optim.Optimizer:
    """Return torch's Adam, which is the textbook's rule to the letter.

    Args:
        lr: Learning rate.
        beta1: Share of the running mean of gradients kept at each step.
        beta2: Share of the running mean of squared gradients kept at each step.
        eps: Added to the root against division by 0.
        weight_decay: Added to the gradient as this times the weight (L2; AdamW shrinks the weights themselves).
        amsgrad: Divide by the largest mean of squared gradients so far instead of the newest; standard form only.
        form: Both are the same rule here; textbook refuses amsgrad.

    Raises: ``ValueError`` for ``amsgrad`` in the textbook form.
    """
    refuse_options(form, amsgrad=(amsgrad, False))
    params = list(params)  # type: ignore[assignment]
    return torch.optim.Adam(
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
        "adam",
        adam,
        title="Adam",
        summary="Momentum and scaled steps; works almost anywhere",
        formula=r"w \leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        textbook=(
            r"m \leftarrow \beta_1 m + (1 - \beta_1) g,\quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2,\quad "
            r"w \leftarrow w - \eta\,\frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}"
        ),
        reference="arXiv:1412.6980",
        when="The first one to try. Its steps are about as large as the learning rate, whatever the loss is scaled by.",
        notes=(
            "The forms do not part: torch's Adam is the textbook's, and both give the same bits.",
            "Keras adds ε before it corrects the root, and has 1e-7: in early steps that counts for more than here.",
            "amsgrad never lets the steps grow again; it helps where rare large gradients are soon forgotten.",
        ),
    )
