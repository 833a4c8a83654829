"""RMSProp: each weight's step is scaled by the recent size of its gradients."""

from typing import Annotated, Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Form, Optimizer, Range, UpdateRule, adam_step, hookimpl, refuse_options, with_decay

FORM_DEFAULTS = {"alpha": {"standard": 0.99, "textbook": 0.9}}

# After so many steps Adam's corrections for its start at 0 are 1 exactly.
_SETTLED = 10**9


class TextbookRMSProp(UpdateRule):
    """``s = alpha * s + (1 - alpha) * g * g``, ``w -= lr * g / (sqrt(s) + eps)``; s starts at 0.

    This is Adam without its mean and its corrections, and steps in Adam's kernel.
    """

    def __init__(self, params: ParamsT, lr: float, alpha: float, eps: float, weight_decay: float) -> None:
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay})

    def start(self, weight: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        """Return a mean of squared gradients of 0."""
        return {"square": torch.zeros_like(weight)}

    def update(
        self,
        weights: list[Tensor],
        gradients: list[Tensor],
        state: dict[str, list[Tensor]],
        step: int,
        group: dict[str, Any],
    ) -> None:
        """Mix the squared gradient in, and step along the gradient over its root."""
        gradients = with_decay(gradients, weights, group["weight_decay"])
        adam_step(
            weights,
            gradients,
            gradients,  # a mean that keeps nothing is the gradient itself
            state["square"],
            _SETTLED,
            lr=group["lr"],
            beta1=0.0,
            beta2=group["alpha"],
            eps=group["eps"],
        )


def rmsprop(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.001,
    alpha: Annotated[float | None, Range(0.5, 0.9999)] = None,
    momentum: Annotated[float, Range(0.0, 0.999)] = 0.0,
    centered: bool = False,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    form: Form = "standard",
) -> torch.optim.Optimizer:
    """Return torch's RMSprop or the textbook's, which both add ``eps`` outside the root.

    Args:
        lr: Learning rate; torch's own default of 0.01 is too high for most networks, this is Keras'.
        alpha: Share of the running mean of squared gradients kept at each step; 0.99 in the standard form, 0.9 in the
            textbook's.
        momentum: Share of the velocity kept at each step; standard form only.
        centered: Divide by the gradients' standard deviation instead of their root mean square; standard form only.
        eps: Added to the root against division by 0.
        weight_decay: Added to the gradient as this times the weight.
        form: standard remembers about 100 steps and has torch's options; textbook remembers about 10.

    Raises: ``ValueError`` for a momentum or ``centered`` in the textbook form.
    """
    refuse_options(form, momentum=(momentum, 0.0), centered=(centered, False))
    alpha = FORM_DEFAULTS["alpha"][form] if alpha is None else alpha
    if form == "textbook":
        return TextbookRMSProp(params, lr, alpha, eps, weight_decay)
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
        textbook=r"s \leftarrow \beta s + (1 - \beta) g^2,\quad w \leftarrow w - \frac{\eta}{\sqrt{s} + \epsilon}\, g",
        form_defaults=FORM_DEFAULTS,
        reference="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
        when="For recurrent networks and noisy losses. Elsewhere Adam, which adds a momentum, is the usual choice.",
        notes=(
            "Why the forms part: they are one rule, and differ in how long they remember (α is 0.99 and 0.9). s starts "
            "at 0 uncorrected, so the first steps are 1/√(1 - α) times the learning rate: 10 times in the standard "
            "form, 3.2 times in the textbook's.",
            "Keras has ρ = 0.9, and adds its ε of 1e-7 inside the root: √(s + ε). Gradients well below 0.0003 take "
            "smaller steps there.",
        ),
    )
