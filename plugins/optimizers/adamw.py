"""AdamW: Adam with a weight decay that its scaling does not touch."""

from typing import Annotated, Any, Literal

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Form, Optimizer, Range, UpdateRule, adam_step, fused_kernels, hookimpl, refuse_options

FORM_DEFAULTS = {"decay": {"standard": "standard", "textbook": "independent"}}


class IndependentAdamW(UpdateRule):
    """``w -= (Adam's step) + weight_decay * w``: the decay is not multiplied by the learning rate."""

    def __init__(
        self, params: ParamsT, lr: float, betas: tuple[float, float], eps: float, weight_decay: float, amsgrad: bool
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        super().__init__(params, defaults)

    def start(self, weight: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        """Return means of 0."""
        names = ["mean", "square"] + ["largest"] * group["amsgrad"]
        return {name: torch.zeros_like(weight) for name in names}

    def update(
        self,
        weights: list[Tensor],
        gradients: list[Tensor],
        state: dict[str, list[Tensor]],
        step: int,
        group: dict[str, Any],
    ) -> None:
        """Shrink the weights, then take Adam's step, which does not depend on them."""
        torch._foreach_mul_(weights, 1.0 - group["weight_decay"])
        beta1, beta2 = group["betas"]
        adam_step(
            weights,
            gradients,
            state["mean"],
            state["square"],
            step,
            lr=group["lr"],
            beta1=beta1,
            beta2=beta2,
            eps=group["eps"],
            largest=state.get("largest", ()),
        )


def adamw(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.001,
    beta1: Annotated[float, Range(0.0, 0.999)] = 0.9,
    beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
    eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
    weight_decay: Annotated[float, Range(0.0, 0.5)] = 0.01,
    amsgrad: bool = False,
    decay: Literal["standard", "independent"] | None = None,
    form: Form = "standard",
) -> torch.optim.Optimizer:
    """Return torch's AdamW, or one whose decay does not depend on the learning rate.

    Args:
        lr: Learning rate.
        beta1: Share of the running mean of gradients kept at each step.
        beta2: Share of the running mean of squared gradients kept at each step.
        eps: Added to the root against division by 0.
        weight_decay: Share of each weight taken away at each step, times the learning rate where decay is standard.
        amsgrad: Divide by the largest mean of squared gradients so far instead of the newest; standard form only.
        decay: standard multiplies the weight decay by the learning rate, independent does not; the form's own where
            nothing is given: standard in the standard form, independent in the textbook's.
        form: standard is torch's rule; textbook has the independent decay.

    Raises: ``ValueError`` for ``amsgrad`` or the standard decay in the textbook form.
    """
    refuse_options(form, amsgrad=(amsgrad, False))
    if form == "textbook" and decay == "standard":
        raise ValueError('the textbook form has the independent decay, got decay = "standard"; leave one of them out')
    if (FORM_DEFAULTS["decay"][form] if decay is None else decay) == "independent":
        return IndependentAdamW(params, lr, (beta1, beta2), eps, weight_decay, amsgrad)
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
        textbook=r"w \leftarrow w - \left(\eta\,\frac{\hat m}{\sqrt{\hat v} + \epsilon} + \lambda w\right)",
        form_defaults=FORM_DEFAULTS,
        reference="arXiv:1711.05101",
        when=(
            "Where Adam overfits, and for transformers. The decay keeps weights small without disturbing the steps, "
            "so that it can be chosen apart from the learning rate."
        ),
        notes=(
            "Why the forms part: the textbook does not multiply the decay by the learning rate. At a learning rate of "
            "0.001 the same number decays a thousand times faster: 0.01 halves an unused weight every 69 steps. Take "
            "about 1e-5 there for what 0.01 does in the standard form.",
            "The independent decay goes on at full strength when a schedule brings the learning rate down.",
            "Keras multiplies by the learning rate as torch does; its default is 0.004, its ε 1e-7.",
        ),
    )
