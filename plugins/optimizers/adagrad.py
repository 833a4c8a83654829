"""Adagrad: each weight's step shrinks with the gradients it has seen; for rare features."""

from typing import Annotated

import torch
from torch.optim.optimizer import ParamsT

from desktop_app.api import Form, Optimizer, Range, fused_kernels, hookimpl, refuse_options

# Fewer than Adam has (torch 2.14).
_FUSED_DEVICES = ("cpu", "cuda")

FORM_DEFAULTS = {"eps": {"standard": 1e-10, "textbook": 1e-8}}


def adagrad(
    params: ParamsT,
    lr: Annotated[float, Range(1e-5, 1.0, log=True)] = 0.01,
    lr_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    initial_accumulator_value: Annotated[float, Range(0.0, 1.0)] = 0.0,
    eps: Annotated[float | None, Range(1e-12, 1e-2, log=True)] = None,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    form: Form = "standard",
) -> torch.optim.Optimizer:
    """Return torch's Adagrad, which is the textbook's rule once its options are off.

    Args:
        lr: Learning rate.
        lr_decay: The learning rate is divided by 1 plus this times the number of past steps; standard form only.
        initial_accumulator_value: What the sum of squared gradients starts from; standard form only.
        eps: Added to the root of that sum against division by 0; 1e-10 in the standard form, 1e-8 in the textbook's.
        weight_decay: Added to the gradient as this times the weight.
        form: standard has torch's eps and options; textbook the textbook's eps, and a sum that starts at 0.

    Raises: ``ValueError`` for a ``lr_decay`` or an ``initial_accumulator_value`` in the textbook form.
    """
    refuse_options(form, lr_decay=(lr_decay, 0.0), initial_accumulator_value=(initial_accumulator_value, 0.0))
    params = list(params)  # type: ignore[assignment]
    return torch.optim.Adagrad(
        params,
        lr=lr,
        lr_decay=lr_decay,
        initial_accumulator_value=initial_accumulator_value,
        eps=FORM_DEFAULTS["eps"][form] if eps is None else eps,
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
        textbook=r"s \leftarrow s + g^2,\quad w \leftarrow w - \frac{\eta}{\sqrt{s} + \epsilon}\, g",
        form_defaults=FORM_DEFAULTS,
        reference="https://jmlr.org/papers/v12/duchi11a.html",
        when=(
            "For features that occur rarely, such as words or categories: what is seen seldom takes large steps. "
            "Steps only ever shrink, so a long training comes to a stand."
        ),
        notes=(
            "Why the forms part: they are one rule, and differ in ε alone (1e-10 and 1e-8). That shows only where "
            "gradients are tiny.",
            "Keras starts s at 0.1 instead of 0, adds its ε of 1e-7 inside the root, and has a learning rate of 0.001: "
            "its first steps are much smaller. initial_accumulator_value = 0.1 comes close.",
        ),
    )
