"""One optimizer step, with whatever the rule asks of the loop. Nothing in it makes the device wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from desktop_app.api import Optimizer
from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.layer_decay import RATES_IN_GROUPS, split_groups
from desktop_app.engine.non_finite import all_finite
from desktop_app.engine.weight_average import WeightAverage
from desktop_app.errors import TrainingError
from desktop_app.registry import Registry


def _nothing(*_seen: Any) -> None:
    """Watch and guard nobody."""


@dataclass(frozen=True)
class Part:
    """A part of a batch: its share of the samples, 0 to 1, and what computes their mean loss."""

    share: float
    forward: Callable[[], Tensor]


class Stepper:
    """An optimizer and its schedule.

    Args:
        parameters: Names and parameters that learn.
        shares: What part of the learning rate some of them have; all others, and all without it, have the whole.
        guard: Called with each loss before the weights are touched; may raise.
        guard_gradients: Called with the weights once their gradients are whole, before they are touched; may raise. Not
            called where a scaler is given: it leaves out a step whose gradients overflow and scales less from then on,
            which is how it finds its scale and no error.
        average: What follows the weights, and stands in their place while they are evaluated.
    """

    def __init__(
        self,
        registry: Registry,
        optimizer: PluginChoice,
        schedule: PluginChoice,
        parameters: list[tuple[str, nn.Parameter]],
        total_steps: int,
        *,
        shares: Mapping[nn.Parameter, float] | None = None,
        scaler: torch.amp.GradScaler | None = None,
        clip_gradient: float = 0.0,
        guard: Callable[[Tensor], None] = _nothing,
        guard_gradients: Callable[[Sequence[nn.Parameter]], None] = _nothing,
        average: WeightAverage | None = None,
    ) -> None:
        self.contribution: Optimizer = registry.optimizers[optimizer.name]
        self._parameters = [weight for _, weight in parameters]
        given = parameters if self.contribution.named else self._parameters
        self.optimizer: torch.optim.Optimizer = self.contribution.create(given, **optimizer.hyper)
        if shares:
            split_groups(self.optimizer, shares)
        self.schedule: LRScheduler = registry.schedules[schedule.name].create(
            self.optimizer, total_steps, **schedule.hyper
        )
        self.total_steps = total_steps
        self._taken = 0
        self._scaler = scaler
        self._clip = clip_gradient
        self._guard = guard
        self._guard_gradients = guard_gradients
        self.rates_set = 0
        """How often the learning rate was set from outside."""
        self.watch: Callable[[], None] = _nothing
        """Called with the gradients whole and not clipped yet, before the weights are touched; may raise."""
        self._average = average
        if scaler is not None and self.contribution.closure:
            raise TrainingError(
                f"{self.contribution} computes its loss several times a step; train in float32 or bfloat16."
            )
        if scaler is not None and self.contribution.create_graph:
            raise TrainingError(f"{self.contribution} needs second derivatives; train in float32 or bfloat16.")

    def step(self, *forward: Callable[[], Tensor] | Part) -> Tensor:
        """Take one step down the loss that ``forward`` computes, and return that loss, at the weights before it.

        Several parts of a batch go through the network one after another, and their gradients add up to the whole
        batch's, as their losses do.
        """
        parts = [each if isinstance(each, Part) else Part(1.0, each) for each in forward]
        loss = self._with_closure(parts) if self.contribution.closure else self._plain(parts)
        if self._taken < self.total_steps and not isinstance(self.schedule, ReduceLROnPlateau):
            self.schedule.step()
        if self._average is not None:
            self._average.update()
        self._taken += 1
        return loss

    def unguard(self, scaler: torch.amp.GradScaler | None) -> None:
        """Take steps that nobody looks at from now on: those that only try what fits into memory.

        Args:
            scaler: A new one where there was one: after a step that broke off it takes no other.
        """
        self._guard, self._guard_gradients, self.watch = _nothing, _nothing, _nothing
        self._scaler = scaler
        self.optimizer.zero_grad(set_to_none=True)

    def epoch_ended(self, loss: float) -> None:
        """Tell schedules that watch the validation loss."""
        if isinstance(self.schedule, ReduceLROnPlateau):
            self.schedule.step(loss)

    def evaluating(self, begins: bool) -> None:
        """Put the weights that are evaluated in place, or those that are trained: an average's or the optimizer's own.

        No training has both; see ``check_plugins``.
        """
        if self._average is not None:
            self._average.evaluating(begins)
        method = getattr(self.optimizer, "eval" if begins else "train", None)
        if callable(method):
            method()

    @property
    def is_finite(self) -> bool:
        """Whether all weights that learn are finite. Reads values: the device is waited for."""
        return all_finite(weight.detach() for weight in self._parameters)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the first group, now."""
        return float(self.optimizer.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, wanted: float) -> None:
        """Scale the rates of all groups and of the schedule, so that its shape is kept."""
        # A schedule may stand at 0 just now; its shape is then scaled by what it starts from.
        now = self.learning_rate or float(self.optimizer.param_groups[0].get("initial_lr", 0.0))
        self.scale_learning_rate(wanted / now if now else 1.0)

    def scale_learning_rate(self, factor: float) -> None:
        """Scale the rates of all groups and of the schedule by ``factor``, so that its shape is kept."""
        self.rates_set += 1
        for group in self.optimizer.param_groups:
            for key in RATES_IN_GROUPS:
                if group.get(key) is not None:
                    group[key] = group[key] * factor
        for key in ("base_lrs", "_last_lr", "min_lrs"):
            if hasattr(self.schedule, key):
                setattr(self.schedule, key, [rate * factor for rate in getattr(self.schedule, key)])

    def state(self) -> dict[str, Any]:
        """Return what ``load_state`` needs to go on exactly here."""
        return {
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "scaler": self._scaler.state_dict() if self._scaler else {},
            "taken": self._taken,
            **({"average": self._average.state()} if self._average is not None else {}),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self._taken = state["taken"]
        if self._scaler and state["scaler"]:
            self._scaler.load_state_dict(state["scaler"])
        if self._average is not None:
            self._average.load_state(state["average"])

    def _plain(self, parts: Sequence[Part]) -> Tensor:
        self.optimizer.zero_grad(set_to_none=True)
        loss = self._passed(parts)
        if self._scaler is None:
            self.watch()
            self._clipped()
            self.optimizer.step()
            return loss.detach()
        # At each step, watched or not: an optimizer that unscales by itself may round otherwise.
        self._scaler.unscale_(self.optimizer)
        self.watch()
        self._clipped()
        self._scaler.step(self.optimizer)
        self._scaler.update()
        return loss.detach()

    def _with_closure(self, parts: Sequence[Part]) -> Tensor:
        losses: list[Tensor] = []

        def closure() -> Tensor:
            with torch.enable_grad():
                self.optimizer.zero_grad(set_to_none=True)
                loss = self._passed(parts)
                self.watch()
                self._clipped()
            losses.append(loss.detach())
            return loss

        self.optimizer.step(closure)  # type: ignore[arg-type]
        if not losses:
            raise TrainingError(f"{self.contribution} asked for a closure and did not call it; mend the plugin.")
        return losses[0]

    def _passed(self, parts: Sequence[Part]) -> Tensor:
        """Return the loss over all parts, whose gradient is then in the weights."""
        whole: Tensor | None = None
        for part in parts:
            loss = part.forward()
            self._guard(loss)
            if len(parts) == 1:
                whole = loss
            else:
                loss = loss * part.share
                whole = loss.detach() if whole is None else whole + loss.detach()
            self._backward(loss)
        assert whole is not None
        if self._scaler is None:
            self._guard_gradients(self._parameters)
        return whole

    def _backward(self, loss: Tensor) -> None:
        """Add the loss's gradient to what the weights have already."""
        if self._scaler is not None:
            self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            return
        if not self.contribution.create_graph:
            loss.backward()  # type: ignore[no-untyped-call]
            return
        # ``backward(create_graph=True)`` warns of a reference cycle; the next ``zero_grad`` breaks it up.
        found = torch.autograd.grad(loss, self._parameters, create_graph=True, allow_unused=True)
        for weight, gradient in zip(self._parameters, found, strict=True):
            if gradient is not None:
                weight.grad = gradient if weight.grad is None else weight.grad + gradient

    def _clipped(self) -> None:
        if self._clip:
            nn.utils.clip_grad_norm_(self._parameters, self._clip)
