"""Lion: every weight moves by the same amount, in the direction of the sign of an interpolated momentum."""

from collections.abc import Callable
from typing import Annotated, Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, hookimpl


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, arXiv:2302.06675, algorithm 2.

    Args:
        lr: Learning rate: how far every weight moves at each step, whatever its gradient.
        beta1: Share of the momentum in the direction of this step; the rest is the newest gradient.
        beta2: Share of the momentum that is kept for the next step.
        weight_decay: Each step shrinks the weights by the learning rate times this.

    A weight whose interpolated momentum is exactly 0 stays where it is. A step never waits for the device.
    Raises: ``ValueError`` for a learning rate or weight decay below 0 or a beta outside ``[0, 1)``; ``RuntimeError``
        for sparse gradients, whose missing entries would have no sign.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Annotated[float, Range(1e-6, 0.01, log=True)] = 1e-4,
        beta1: Annotated[float, Range(0.0, 0.999)] = 0.9,
        beta2: Annotated[float, Range(0.0, 0.9999)] = 0.99,
        weight_decay: Annotated[float, Range(0.0, 10.0)] = 0.0,
    ) -> None:
        for name, value in (("lr", lr), ("weight_decay", weight_decay)):
            if not value >= 0.0:
                raise ValueError(f"{name} must be at least 0, got {value}")
        for name, beta in (("beta1", beta1), ("beta2", beta2)):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"{name} must be at least 0 and below 1, got {beta}")
        super().__init__(params, {"lr": lr, "beta1": beta1, "beta2": beta2, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # type: ignore[override]
        """Take one step; the loss is returned where a closure is given."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            self._step_group(group)
        return loss

    def _step_group(self, group: dict[str, Any]) -> None:
        weights = [weight for weight in group["params"] if weight.grad is not None]
        if not weights:
            return
        gradients = [weight.grad for weight in weights]
        if any(gradient.is_sparse for gradient in gradients):
            raise RuntimeError("Lion does not take sparse gradients; use adagrad or sgd for them")
        momenta = [self._momentum(weight) for weight in weights]
        # All weights of a group at once: a kernel for many tensors instead of five for each.
        directions = torch._foreach_lerp(momenta, gradients, 1.0 - group["beta1"])
        torch._foreach_sign_(directions)
        if group["weight_decay"]:
            torch._foreach_mul_(weights, 1.0 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(weights, directions, alpha=-group["lr"])
        torch._foreach_lerp_(momenta, gradients, 1.0 - group["beta2"])

    def _momentum(self, weight: Tensor) -> Tensor:
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight, memory_format=torch.preserve_format)
        momentum: Tensor = state["momentum"]
        return momentum


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "lion",
        Lion,
        title="Lion",
        summary="The sign of an interpolated momentum: all weights move equally far",
        formula=(
            r"w \leftarrow w - \eta \left(\operatorname{sign}(\beta_1 m + (1 - \beta_1) g) + \lambda w\right),"
            r"\quad m \leftarrow \beta_2 m + (1 - \beta_2) g"
        ),
        reference="arXiv:2302.06675",
        when="For large networks and batches of 64 and more, where half of Adam's memory matters.",
        notes=(
            "Its learning rate is 3 to 10 times smaller than Adam's, and its weight decay as many times larger.",
            "It never slows down by itself: near the end a falling schedule such as cosine is needed.",
            "The weight decay is multiplied by the learning rate, as in AdamW.",
        ),
        gives_way=True,
    )
