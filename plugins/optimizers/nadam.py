"""Nadam: Adam with Nesterov's look ahead."""

from typing import Annotated, Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Form, Optimizer, Range, UpdateRule, adam_step, hookimpl, refuse_options, with_decay

_MOMENTUM_DECAY = 0.004


class TextbookNadam(UpdateRule):
    """``w -= lr * (beta1 * m^ + (1 - beta1) * g / (1 - beta1**t)) / (sqrt(v^) + eps)``, with m^ and v^ as in Adam.

    Over ``1 - beta1**t``, what stands in the brackets is ``beta1 * m + (1 - beta1) * g``: the mean with the gradient
    mixed in once more. So it is Adam's step with a mean that has the gradient twice, and steps in Adam's kernel.
    """

    def __init__(self, params: ParamsT, lr: float, betas: tuple[float, float], eps: float, weight_decay: float) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    def start(self, weight: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        """Return means of 0."""
        return {"mean": torch.zeros_like(weight), "square": torch.zeros_like(weight)}

    def update(
        self,
        weights: list[Tensor],
        gradients: list[Tensor],
        state: dict[str, list[Tensor]],
        step: int,
        group: dict[str, Any],
    ) -> None:
        """Mix the gradient into the mean, and let Adam's step mix it into a copy of that again."""
        beta1, beta2 = group["betas"]
        gradients = with_decay(gradients, weights, group["weight_decay"])
        torch._foreach_lerp_(state["mean"], gradients, 1.0 - beta1)
        adam_step(
            weights,
            gradients,
            [mean.clone() for mean in state["mean"]],
            state["square"],
            step,
            lr=group["lr"],
            beta1=beta1,
            beta2=beta2,
            eps=group["eps"],
        )


def nadam(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.002,
    beta1: Annotated[float, Range(0.0, 0.999)] = 0.9,
    beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
    weight_decay: Annotated[float, Range(0.0, 0.5)] = 0.0,
    momentum_decay: Annotated[float, Range(0.0, 0.1)] = _MOMENTUM_DECAY,
    decoupled_weight_decay: bool = False,
    form: Form = "standard",
) -> torch.optim.Optimizer:
    """Return torch's NAdam, whose momentum warms up as in the paper, or the textbook's, whose momentum does not.

    Args:
        lr: Learning rate.
        beta1: Share of the running mean of gradients kept at each step; in the standard form once it is warm.
        beta2: Share of the running mean of squared gradients kept at each step.
        eps: Added to the root against division by 0.
        weight_decay: Added to the gradient as this times the weight, or taken from the weight where decoupled.
        momentum_decay: How quickly the momentum warms up; standard form only.
        decoupled_weight_decay: Shrink the weights themselves, as AdamW does; standard form only.
        form: standard warms the momentum up; textbook looks ahead with the same one from the first step on.

    Raises: ``ValueError`` for another ``momentum_decay`` or ``decoupled_weight_decay`` in the textbook form.
    """
    refuse_options(
        form,
        momentum_decay=(momentum_decay, _MOMENTUM_DECAY),
        decoupled_weight_decay=(decoupled_weight_decay, False),
    )
    if form == "textbook":
        return TextbookNadam(params, lr, (beta1, beta2), eps, weight_decay)
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
            r"\left(\mu_{t+1} \hat m + \frac{(1 - \mu_t)\, g}{1 - \mu_1 \cdots \mu_t}\right)"
        ),
        textbook=(
            r"w \leftarrow w - \frac{\eta}{\sqrt{\hat v} + \epsilon}"
            r"\left(\beta_1 \hat m + \frac{(1 - \beta_1)\, g}{1 - \beta_1^t}\right)"
        ),
        reference="https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
        when="In Adam's place where the loss curves a lot. It answers a little sooner to a gradient that has turned.",
        notes=(
            "Why the forms part: torch's momentum starts at half of β₁ and warms up over thousands of steps (the "
            "paper's schedule); the textbook has β₁ from the first step on.",
            "Keras has the same schedule 250 times quicker, as momentum_decay = 1 would give, a learning rate of 0.001 "
            "and an ε of 1e-7.",
        ),
    )
