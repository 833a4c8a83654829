"""Schedule-free AdamW: averages its weights instead of lowering the learning rate."""

from collections.abc import Callable
from typing import Annotated, Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, hookimpl


class ScheduleFreeAdamW(torch.optim.Optimizer):
    """Defazio et al. 2024, arXiv:2405.15682, algorithm 1.

    Three points: ``z`` takes AdamW's steps, ``x`` is their weighted mean, and gradients are computed at ``y``, which
    lies between them. In training the parameters hold ``y``; ``eval()`` puts ``x`` there, ``train()`` puts ``y`` back,
    computed from ``z`` and ``x`` by the very operation of the step and therefore the same to the bit.

    Args:
        lr: Learning rate; 1 to 10 times AdamW's under a schedule.
        beta1: How close to the mean the gradients are computed: 1 at the mean itself, 0 at the newest point.
        beta2: Share of the running mean of squared gradients kept at each step.
        eps: Added to the root against division by 0.
        weight_decay: Each step shrinks the weights by the learning rate times this.
        warmup_steps: Steps over which the learning rate rises from 0.

    A weight that has had no gradient yet stays as it is. Steps are counted by group, not by weight.
    Raises: ``ValueError`` for a value below 0 or a beta outside ``[0, 1)``; ``RuntimeError`` for a step between
        ``eval()`` and ``train()``, and for sparse gradients.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Annotated[float, Range(1e-5, 0.1, log=True)] = 0.0025,
        beta1: Annotated[float, Range(0.0, 0.99)] = 0.9,
        beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
        eps: Annotated[float, Range(1e-12, 1e-2, log=True)] = 1e-8,
        weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
        warmup_steps: Annotated[int, Range(0, 10_000)] = 0,
    ) -> None:
        for name, value in (("lr", lr), ("eps", eps), ("weight_decay", weight_decay), ("warmup_steps", warmup_steps)):
            if not value >= 0:
                raise ValueError(f"{name} must be at least 0, got {value}")
        for name, beta in (("beta1", beta1), ("beta2", beta2)):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"{name} must be at least 0 and below 1, got {beta}")
        defaults = {
            "lr": lr,
            "beta1": beta1,
            "beta2": beta2,
            "eps": eps,
            "weight_decay": weight_decay,
            "warmup_steps": warmup_steps,
            "training": True,
            "steps": 0,
            "sum_of_squared_rates": 0.0,
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # type: ignore[override]
        """Take one step; the loss is returned where a closure is given."""
        if not all(group["training"] for group in self.param_groups):
            raise RuntimeError("schedule_free_adamw: step() was called after eval(); call train() first")
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            self._step_group(group)
        return loss

    def eval(self) -> None:
        """Put the mean, which is what the training is for, into the parameters."""
        self._switch(to_training=False)

    def train(self) -> None:
        """Put the point that gradients are computed at back into the parameters."""
        self._switch(to_training=True)

    def _step_group(self, group: dict[str, Any]) -> None:
        weights = [weight for weight in group["params"] if weight.grad is not None]
        if not weights:
            return
        gradients: list[Tensor] = [weight.grad for weight in weights]
        if any(gradient.is_sparse for gradient in gradients):
            raise RuntimeError("schedule_free_adamw does not take sparse gradients; use adagrad or sgd for them")
        group["steps"] += 1
        # The learning rate carries the warm-up and Adam's bias correction, as in the paper's algorithm.
        rate = group["lr"] * (1.0 - group["beta2"] ** group["steps"]) ** 0.5
        rate *= min(1.0, group["steps"] / max(1, group["warmup_steps"]))
        group["sum_of_squared_rates"] += rate * rate
        weight_of_new = rate * rate / group["sum_of_squared_rates"] if rate else 0.0
        fast, mean, squares = (list(column) for column in zip(*map(self._points, weights), strict=True))
        torch._foreach_mul_(squares, group["beta2"])
        torch._foreach_addcmul_(squares, gradients, gradients, 1.0 - group["beta2"])
        roots = torch._foreach_sqrt(squares)
        torch._foreach_add_(roots, group["eps"])
        torch._foreach_addcdiv_(fast, gradients, roots, -rate)
        if group["weight_decay"]:
            torch._foreach_add_(fast, weights, alpha=-rate * group["weight_decay"])
        torch._foreach_lerp_(mean, fast, weight_of_new)
        _put_between(weights, fast, mean, group["beta1"])

    def _points(self, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return ``z``, ``x`` and the mean of squared gradients of ``weight``, made at its first gradient."""
        state = self.state[weight]
        if not state:
            state["fast"] = weight.clone(memory_format=torch.preserve_format)
            state["mean"] = weight.clone(memory_format=torch.preserve_format)
            state["squares"] = torch.zeros_like(weight, memory_format=torch.preserve_format)
        return state["fast"], state["mean"], state["squares"]

    @torch.no_grad()
    def _switch(self, to_training: bool) -> None:
        for group in self.param_groups:
            if group["training"] == to_training:
                continue
            group["training"] = to_training
            weights = [weight for weight in group["params"] if self.state.get(weight)]
            if not weights:
                continue
            fast = [self.state[weight]["fast"] for weight in weights]
            mean = [self.state[weight]["mean"] for weight in weights]
            if to_training:
                _put_between(weights, fast, mean, group["beta1"])
            else:
                for weight, average in zip(weights, mean, strict=True):
                    weight.copy_(average)


def _put_between(weights: list[Tensor], fast: list[Tensor], mean: list[Tensor], share: float) -> None:
    """Write what lies at ``share`` of the way from ``fast`` to ``mean`` into ``weights``."""
    for weight, between in zip(weights, torch._foreach_lerp(fast, mean, share), strict=True):
        weight.copy_(between)


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "schedule_free_adamw",
        ScheduleFreeAdamW,
        title="Schedule-free AdamW",
        summary="Averages its weights instead of lowering the learning rate",
        formula=(
            r"z \leftarrow z - \gamma_t \left(\frac{g(y)}{\sqrt{v} + \epsilon} + \lambda y\right),\quad "
            r"x \leftarrow (1 - c_t)\,x + c_t\,z,\quad y = (1 - \beta_1)\,z + \beta_1\,x"
        ),
        reference="arXiv:2405.15682",
        when="Where you do not know when you will stop: it is as good as a schedule at any time.",
        notes=(
            "Use the constant schedule with it; for a warm-up it has an option of its own, in steps.",
            "Evaluated, exported and kept as best is the mean of the weights, not the weights that are trained.",
            "Batch norm's running statistics are gathered at the weights that are trained, and may fit the mean worse; "
            "layer norm and group norm have none.",
            "The bias correction stands in the learning rate and in the weights of the mean, as in the paper; the "
            "authors' package divides the squares by it instead, which differs in the first steps.",
            "It keeps three values a weight; AdamW keeps two.",
        ),
        gives_way=True,
    )
