"""Small problems that optimizers are tried on, and what steps through them as the training loop does."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from desktop_app.api.contributions import Optimizer
from desktop_app.registry.conformance.check import RuleError

Loss = Callable[[nn.Module, int], Tensor]
"""The loss of a module at a step, which picks the batch."""

# How much each batch's loss is scaled: gradients that grow and shrink reveal rules that look at their size.
_SCALES = (1.0, 3.0, 0.3, 2.0, 0.1)


class Course:
    """A module on its way down a loss, one step of its optimizer at a time.

    Args:
        contribution: The optimizer.
        module: What is trained. Parameters that are frozen or get no gradient may be among its own.
        loss: Computes the loss.
        hyper: Hyper-parameters.
        groups: Instead of all parameters, what is given to the optimizer.
    """

    def __init__(
        self,
        contribution: Optimizer,
        module: nn.Module,
        loss: Loss,
        hyper: Mapping[str, Any] | None = None,
        groups: list[dict[str, Any]] | None = None,
    ) -> None:
        self.contribution = contribution
        self.module = module
        self.loss = loss
        self.taken = 0
        given = list(module.named_parameters() if contribution.named else module.parameters())
        self.optimizer: torch.optim.Optimizer = contribution.create(groups or given, **(hyper or {}))

    def step(self, count: int = 1) -> None:
        """Take steps. Raises: ``RuleError`` for a step that wants a closure though none was asked for."""
        for _ in range(count):
            if self.contribution.closure:
                self.optimizer.step(self._closure)  # type: ignore[arg-type]
            else:
                self._closure()
                self._step_without_closure()
            self.taken += 1

    def _step_without_closure(self) -> None:
        try:
            self.optimizer.step()
        except TypeError as error:
            if "closure" not in str(error) and "'NoneType' object is not callable" not in str(error):
                raise
            raise RuleError(
                f"its step() asks for a closure ({error}); say so: Optimizer(..., closure=True)."
            ) from error

    def _closure(self) -> Tensor:
        with torch.enable_grad():
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss(self.module, self.taken)
            if self.contribution.create_graph:
                weights = [weight for weight in self.module.parameters() if weight.requires_grad]
                found = torch.autograd.grad(loss, weights, create_graph=True, allow_unused=True)
                for weight, gradient in zip(weights, found, strict=True):
                    weight.grad = gradient
            else:
                loss.backward()  # type: ignore[no-untyped-call]
        return loss

    def evaluating(self, begins: bool) -> None:
        """Tell an optimizer that keeps other weights for evaluation."""
        method = getattr(self.optimizer, "eval" if begins else "train", None)
        if callable(method):
            method()

    def weights(self) -> list[Tensor]:
        """Return copies of all weights."""
        return [weight.detach().clone() for weight in self.module.parameters()]


def small_network(dtype: torch.dtype = torch.float64, device: str = "cpu") -> nn.Sequential:
    """Return a network of 4 inputs and 3 outputs with the same weights at each call."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    return network.to(device=device, dtype=dtype)


def varied_loss(module: nn.Module, step: int) -> Tensor:
    """Return the loss of a few samples that change, in place and in scale, from step to step."""
    weight = next(module.parameters())
    inputs = torch.sin(torch.arange(12.0, dtype=torch.float64).reshape(3, 4) * (1.0 + step % 4) + step % 3)
    outputs = module(inputs.to(device=weight.device, dtype=weight.dtype))
    loss: Tensor = _SCALES[step % len(_SCALES)] * (outputs - 0.5).square().sum()
    return loss


@dataclass(frozen=True)
class Problem:
    """A problem to be solved: a module, its loss, and the share of the first loss that may be left at the end."""

    name: str
    module: Callable[[], nn.Module]
    loss: Loss
    share: float


class Point(nn.Module):
    """A place in 15 dimensions: a matrix and a vector."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.zeros(3, 4))
        self.vector = nn.Parameter(torch.zeros(3))


def _bowl(module: nn.Module, step: int) -> Tensor:
    flat = torch.cat([weight.flatten() for weight in module.parameters()])
    target = torch.linspace(-1.0, 1.0, len(flat))
    curvature = torch.logspace(-0.3, 0.7, len(flat))  # from 0.5 to 5
    return 0.5 * (curvature * (flat - target).square()).sum()


def _classes(module: nn.Module, step: int) -> Tensor:
    angles = torch.arange(24.0) * (2 * math.pi / 24)
    points = torch.stack([angles.cos() + 0.3 * (3 * angles).sin(), angles.sin()], dim=1)
    return F.cross_entropy(module(points), (points[:, 0] + 0.5 * points[:, 1] > 0.1).long())


def _wave(module: nn.Module, step: int) -> Tensor:
    places = torch.linspace(-1.0, 1.0, 24).unsqueeze(1)
    loss: Tensor = (module(places) - (3.0 * places).sin()).square().mean()
    return loss


def _seeded(make: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    def made() -> nn.Module:
        torch.manual_seed(3)
        return make()

    return made


PROBLEMS = (
    Problem("a convex bowl", Point, _bowl, 0.05),
    Problem("logistic regression", _seeded(lambda: nn.Linear(2, 2)), _classes, 0.5),
    Problem(
        "a small network", _seeded(lambda: nn.Sequential(nn.Linear(1, 12), nn.Tanh(), nn.Linear(12, 1))), _wave, 0.5
    ),
)
