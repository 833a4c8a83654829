"""Nesterov's accelerated gradient: momentum that looks one step ahead."""

from typing import Annotated, Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Form, Optimizer, Range, UpdateRule, fused_kernels, hookimpl, with_decay


class TextbookNag(UpdateRule):
    """``g`` is taken at ``w - momentum * v``; then ``v = momentum * v + (1 - momentum) * g`` and ``w -= lr * v``.

    For the gradient to be taken there, the network holds the looked-ahead weights while it trains; the state keeps the
    true ones. ``eval()`` puts those into the network, and ``train()`` the very bits of the looked-ahead ones. Where a
    schedule moves the momentum, a gradient has been taken with the momentum of the step before it.
    """

    def __init__(self, params: ParamsT, lr: float, momentum: float, weight_decay: float) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "training": True}
        super().__init__(params, defaults)

    def start(self, weight: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        """Return a velocity of 0, with which the true weight is where the network's is."""
        return {"velocity": torch.zeros_like(weight), "true_weight": weight.detach().clone()}

    def update(
        self,
        weights: list[Tensor],
        gradients: list[Tensor],
        state: dict[str, list[Tensor]],
        step: int,
        group: dict[str, Any],
    ) -> None:
        """Step from the true weights, and look ahead from where that leads."""
        if not group["training"]:
            raise RuntimeError("nag: step() was called after eval(); call train() before going on.")
        velocity, true_weights, momentum = state["velocity"], state["true_weight"], group["momentum"]
        gradients = with_decay(gradients, weights, group["weight_decay"])
        torch._foreach_lerp_(velocity, gradients, 1.0 - momentum)
        torch._foreach_add_(true_weights, velocity, alpha=-group["lr"])
        torch._foreach_copy_(weights, true_weights)
        torch._foreach_add_(weights, velocity, alpha=-momentum)

    def eval(self) -> None:
        """Put the true weights into the network."""
        self._switch(training=False)

    def train(self) -> None:
        """Put the looked-ahead weights back, bit for bit."""
        self._switch(training=True)

    @torch.no_grad()
    def _switch(self, training: bool) -> None:
        for group in self.param_groups:
            if group["training"] == training:
                continue
            group["training"] = training
            for weight in group["params"]:
                state = self.state.get(weight)
                if not state:  # it has not had a gradient yet
                    continue
                if training:
                    weight.copy_(state.pop("looked_ahead"))
                else:
                    state["looked_ahead"] = weight.detach().clone()
                    weight.copy_(state["true_weight"])


def nag(
    params: ParamsT,
    lr: Annotated[float, Range(1e-5, 1.0, log=True)] = 0.01,
    momentum: Annotated[float, Range(0.0, 0.999)] = 0.9,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
    form: Form = "standard",
) -> torch.optim.Optimizer:
    """Return torch's SGD with Nesterov momentum, or the textbook's rule.

    torch takes the gradient at the weights themselves and has the look ahead in its formula (Sutskever et al. 2013).

    Args:
        lr: Learning rate.
        momentum: Share of the velocity kept at each step; must be above 0.
        weight_decay: Added to the gradient as this times the weight, where the gradient is taken.
        form: standard steps from the weights; textbook takes the gradient at the looked-ahead weights.

    Raises: ``ValueError`` if ``momentum`` is not above 0.
    """
    if not momentum > 0:
        raise ValueError(f"momentum must be above 0, got {momentum}; use sgd for none")
    if form == "textbook":
        return TextbookNag(params, lr, momentum, weight_decay)
    params = list(params)  # type: ignore[assignment]
    return torch.optim.SGD(
        params, lr=lr, momentum=momentum, nesterov=True, weight_decay=weight_decay, fused=fused_kernels(params)
    )


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "nag",
        nag,
        title="NAG",
        summary="Nesterov's accelerated gradient: momentum that looks ahead",
        formula=r"v \leftarrow \mu v + g,\quad w \leftarrow w - \eta\,(g + \mu v)",
        textbook=(
            r"g = \nabla f(w - \beta v),\quad v \leftarrow \beta v + (1 - \beta)\, g,\quad w \leftarrow w - \eta\, v"
        ),
        reference="https://proceedings.mlr.press/v28/sutskever13.html",
        when="Where momentum overshoots: it brakes a step earlier. The same learning rates suit it.",
        notes=(
            "Why the forms part: torch looks ahead by a step that the learning rate scales; the textbook by βv, which "
            "it does not. With the factor 1 - β, the textbook form also takes steps ten times smaller at β = 0.9.",
            "The textbook form is unstable where the curvature of the loss passes (1 + 1/β) / (1 - β), about 21 at "
            "β = 0.9, and no learning rate mends that; a smaller loss or input, or a larger β, does.",
            "In the textbook form the network holds the looked-ahead weights while it trains. Evaluation, the best "
            "checkpoint and exports use the true ones.",
            "Keras has the learning rate inside the velocity, and otherwise torch's formula.",
        ),
    )
