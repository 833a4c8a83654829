"""The base of optimizers that are written down as their update rule, and the step of Adam that several rules ride on.

A rule says how a weight's state starts and how lists of tensors change in one step; everything that
``torch.optim.Optimizer`` asks of its heirs besides is done here, once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam as torch_adam

from desktop_app.api.tensors import fused_kernels
from desktop_app.errors import PluginError

_AT_LEAST_0 = ("lr", "eps", "weight_decay")
_SHARES = ("momentum", "alpha", "betas")


class UpdateRule(torch.optim.Optimizer, ABC):
    """An optimizer that is its update rule.

    A subclass defines ``start`` and ``update``, and calls ``super().__init__(params, defaults)`` with its
    hyper-parameters in a dictionary::

        class Momentum(UpdateRule):
            def __init__(self, params, lr=0.01, momentum=0.9):
                super().__init__(params, {"lr": lr, "momentum": momentum})

            def start(self, weight, group):
                return {"velocity": torch.zeros_like(weight)}

            def update(self, weights, gradients, state, step, group):
                torch._foreach_lerp_(state["velocity"], gradients, 1 - group["momentum"])
                torch._foreach_add_(weights, state["velocity"], alpha=-group["lr"])

    Groups of parameters, schedules, missing gradients, closures, ``state_dict`` and the devices are taken care of. The
    step of a rule that never asks for a tensor's value (``item()``, ``if tensor:``) does not wait for the device.
    Hyper-parameters named ``lr``, ``eps`` and ``weight_decay`` must be at least 0; ``momentum``, ``alpha`` and each of
    ``betas`` at least 0 and below 1. Schedules move ``lr``, and the momentum as ``momentum`` or the first of ``betas``.

    Raises: ``ValueError`` for a senseless hyper-parameter, ``PluginError`` for sparse gradients and complex weights.
    """

    @abstractmethod
    def start(self, weight: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        """Return the state of one weight before its first step, by name: tensors of the weight's shape."""

    @abstractmethod
    def update(
        self,
        weights: list[Tensor],
        gradients: list[Tensor],
        state: dict[str, list[Tensor]],
        step: int,
        group: dict[str, Any],
    ) -> None:
        """Change ``weights`` and their ``state`` in place, without autograd; leave ``gradients`` as they are.

        All lists are in the order of ``weights``, which are of one group, device and type and take their ``step``-th
        step (from 1). ``group`` holds the hyper-parameters as they are now.
        """

    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # type: ignore[override]
        """Take one step; call ``closure`` before, where there is one, and return the loss that it returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        with torch.no_grad():
            for group in self.param_groups:
                for alike in self._alike(group):
                    self.update(alike.weights, alike.gradients, alike.state, alike.step, group)
        return loss

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group as ``torch.optim.Optimizer`` does, with its hyper-parameters checked."""
        super().add_param_group(param_group)
        for name, value in self.param_groups[-1].items():
            if name in _AT_LEAST_0 and not value >= 0.0:
                raise ValueError(f"{name} must be at least 0, got {value}")
            if name in _SHARES and not all(0.0 <= share < 1.0 for share in (value if name == "betas" else [value])):
                raise ValueError(f"{name} must be at least 0 and below 1, got {value}")

    def _alike(self, group: dict[str, Any]) -> Iterator[_Alike]:
        """Yield the weights of a group that have a gradient, those that can be stepped together at a time."""
        found: dict[tuple[torch.device, torch.dtype, int], _Alike] = {}
        for weight in group["params"]:
            gradient = weight.grad
            if gradient is None:
                continue
            if gradient.layout is not torch.strided:
                raise PluginError(
                    f"{type(self).__name__} cannot use sparse gradients; make the embedding without sparse=True."
                )
            if weight.is_complex():
                raise PluginError(f"{type(self).__name__} trains real numbers only, got a weight of {weight.dtype}.")
            state = self.state[weight]
            if not state:
                state["step"] = 0
                state.update(self.start(weight, group))
            state["step"] += 1
            alike = found.setdefault((weight.device, weight.dtype, state["step"]), _Alike(state["step"]))
            alike.weights.append(weight)
            alike.gradients.append(gradient)
            for name, value in state.items():
                if name != "step":
                    alike.state.setdefault(name, []).append(value)
        yield from found.values()


@dataclass
class _Alike:
    """Weights of one group, device and type that have taken as many steps as each other."""

    step: int
    weights: list[Tensor] = field(default_factory=list)
    gradients: list[Tensor] = field(default_factory=list)
    state: dict[str, list[Tensor]] = field(default_factory=dict)


def with_decay(gradients: list[Tensor], weights: Sequence[Tensor], weight_decay: float) -> list[Tensor]:
    """Return ``gradients`` plus ``weight_decay`` times ``weights`` (L2), as new tensors where there is a decay."""
    if not weight_decay:
        return gradients
    return list(torch._foreach_add(gradients, list(weights), alpha=weight_decay))


def adam_step(
    weights: list[Tensor],
    gradients: list[Tensor],
    means: list[Tensor],
    squares: list[Tensor],
    step: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    largest: Sequence[Tensor] = (),
) -> None:
    """Take the ``step``-th step of Adam (from 1) in place, in torch's fused kernel where the device has one.

    With m in ``means`` and v in ``squares``::

        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        w -= lr * m / (1 - beta1**step) / (sqrt(v / (1 - beta2**step)) + eps)

    With ``largest``, the largest v so far divides instead, and is kept there (AMSGrad). Several rules are Adam with
    other settings, and quickest as such. All tensors are of one device and type.
    """
    fused = fused_kernels(weights)
    # The kernels count each weight's steps themselves, from a number of its own: on the weight's device where fused,
    # and otherwise on the CPU, where it can be read without waiting.
    device = weights[0].device if fused else torch.device("cpu")
    taken = torch.full((len(weights),), float(step - 1), dtype=torch.float32, device=device)
    torch_adam(
        weights,
        gradients,
        means,
        squares,
        list(largest),
        list(taken.unbind()),
        fused=fused,
        foreach=not fused,
        amsgrad=bool(largest),
        beta1=beta1,
        beta2=beta2,
        lr=lr,
        weight_decay=0.0,
        eps=eps,
        maximize=False,
    )
