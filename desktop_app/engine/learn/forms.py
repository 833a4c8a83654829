"""An optimizer's two forms side by side: from one start, with the same settings, down the same small valley."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from desktop_app.api import Contribution, Optimizer
from desktop_app.engine.sheet import Sheet
from desktop_app.errors import PluginError

Numbers = NDArray[np.float64]

STEPS = 100
START = (-3.0, 1.5)
# Steep enough to tell rules apart, and below 20, where NAG's textbook form is still stable.
CURVATURES = (1.0, 12.0)
_FAR = 1e6
# In float64 one step rounds at about 1e-16; over a hundred steps of a rule, no more than this comes of it.
_ROUNDING = 1e-12
_TRIED_RATES = 13
_TRIED_DOWN = 1e3
_TRIED_STEPS = 60
_ASKED_WHILE_TRYING = 2000
# Closer than this, two ways cannot be told apart on the screen.
_TOLD_APART = 1e-4


@dataclass(frozen=True)
class FormTrail:
    """Where one form went: ``positions`` ``[steps + 1, 2]``, ``losses`` ``[steps + 1]``; NaN after it diverged."""

    form: str
    positions: Numbers
    losses: Numbers

    @property
    def diverged(self) -> int | None:
        """The step that led out of all bounds, or ``None``."""
        lost = np.flatnonzero(~np.isfinite(self.losses))
        return int(lost[0]) if len(lost) else None


@dataclass(frozen=True)
class Descent:
    """An optimizer down the valley: one trail, or ``standard`` and ``textbook`` beside it, at one learning rate."""

    learning_rate: float | None
    trails: tuple[FormTrail, ...]
    refused: str = ""

    @property
    def apart(self) -> Numbers:
        """The distance between the two forms after each step, ``[steps + 1]``; empty where there is one."""
        if len(self.trails) < 2:
            return np.empty(0)
        distances: Numbers = np.linalg.norm(self.trails[0].positions - self.trails[1].positions, axis=1)
        return distances

    def in_words(self) -> str:
        """Return how far apart the forms are, or how far the one has come, in a sentence or two."""
        valley = f"The valley is (x² + {CURVATURES[1]:g}y²)/2."
        lost = [trail for trail in self.trails if trail.diverged is not None]
        if lost and len(lost) == len(self.trails):
            return f"At this learning rate it leaves all bounds, at step {lost[0].diverged}. {valley}"
        if len(self.trails) < 2:
            losses = self.trails[0].losses
            said = f"The loss goes from {losses[0]:.3g} to {losses[-1]:.2g} in {len(losses) - 1} steps. {valley}"
            return f"{said} {self.refused}".strip()
        if lost:
            return (
                f"At this learning rate the {lost[0].form} form leaves all bounds at step {lost[0].diverged}. {valley}"
            )
        return f"{self._parting()} {valley}"

    def _parting(self) -> str:
        apart = self.apart
        most = int(np.argmax(apart))
        if apart[most] == 0.0:
            return f"After {len(apart) - 1} steps both forms hold the very same numbers."
        if apart[most] <= _ROUNDING:
            return f"Never more than {apart[most]:.0e} apart: the same rule, rounded in another order."
        if apart[most] <= _TOLD_APART:
            return f"Never more than {apart[most]:.0e} apart."
        first = int(np.argmax(apart > _ROUNDING))
        return (
            f"The forms part at step {first}, are farthest from each other at step {most} ({apart[most]:.2g}) and "
            f"{apart[-1]:.2g} apart after {len(apart) - 1} steps."
        )

    def sheet(self) -> Sheet:
        """Return a row for each step."""
        columns: dict[str, Any] = {"step": range(len(self.trails[0].losses))}
        for trail in self.trails:
            columns[f"{trail.form} x"], columns[f"{trail.form} y"] = trail.positions.T
            columns[f"{trail.form} loss"] = trail.losses
        return Sheet.of_columns(columns | ({"apart": self.apart} if len(self.trails) > 1 else {}))


def has_forms(contribution: Contribution) -> bool:
    """Return whether an optimizer comes in the forms ``standard`` and ``textbook``."""
    form = next((parameter for parameter in contribution.parameters if parameter.name == "form"), None)
    return form is not None and {"standard", "textbook"} <= set(form.choices)


def loss_at(positions: Numbers) -> Numbers:
    """Return the valley's height, ``(x^2 + 12 y^2) / 2``, at ``[..., 2]``."""
    heights: Numbers = (positions**2 * np.array(CURVATURES)).sum(-1) / 2
    return heights


@dataclass
class _Valley:
    """Two weights on the slope, and how often their gradient was asked for."""

    weight: torch.Tensor
    asked: int = 0

    def closure(self, create_graph: bool = False) -> torch.Tensor:
        """Put the gradient where the optimizer looks for it, and return the loss."""
        self.asked += 1
        slope = torch.tensor(CURVATURES, dtype=torch.float64)
        if create_graph:
            with torch.enable_grad():
                loss = (self.weight**2 * slope).sum() / 2
                (self.weight.grad,) = torch.autograd.grad(loss, self.weight, create_graph=True)
            return loss
        here = self.weight.detach()
        self.weight.grad = here * slope  # written down: autograd would cost most of the time
        return (here**2 * slope).sum() / 2


def descend(
    contribution: Optimizer, hyper: Mapping[str, Any], steps: int = STEPS, most_asked: float = math.inf
) -> tuple[Numbers, Numbers, int]:
    """Return positions ``[steps + 1, 2]`` and losses ``[steps + 1]`` of an optimizer down the valley, in float64.

    What is recorded are the weights one would evaluate (``eval()`` where the optimizer has it). The third value is how
    often the gradient was computed; past ``most_asked`` no further step is taken.
    Raises: ``PluginError`` where the plugin refuses the hyper-parameters.
    """
    weight = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    valley = _Valley(weight)
    optimizer = contribution.create([("weight", weight)] if contribution.named else [weight], **hyper)
    modes = callable(getattr(optimizer, "eval", None)) and callable(getattr(optimizer, "train", None))
    positions = np.full((steps + 1, 2), np.nan)
    positions[0] = START
    for step in range(1, steps + 1):
        if contribution.closure:
            optimizer.step(lambda: valley.closure(contribution.create_graph))
        else:
            valley.closure(contribution.create_graph)
            optimizer.step()
        if modes:
            optimizer.eval()
        here = weight.detach().numpy().copy()
        if modes:
            optimizer.train()
        if not np.isfinite(here).all() or np.abs(here).max() > _FAR or valley.asked > most_asked:
            break
        positions[step] = here
    return positions, loss_at(positions), valley.asked


def _trail(form: str, contribution: Optimizer, hyper: Mapping[str, Any]) -> FormTrail:
    positions, losses, _ = descend(contribution, hyper)
    return FormTrail(form, positions, losses)


def descent(
    contribution: Optimizer, hyper: Mapping[str, Any], learning_rate: float | None = None, has_rate: bool = True
) -> Descent:
    """Run an optimizer, in both forms where it has them, with the settings ``hyper``.

    Where no ``learning_rate`` is given, one is found that tells something (see ``telling_rate``). A form that refuses a
    setting is left out, with its reason in ``refused``.
    Raises: ``PluginError`` where the standard form, or the only one, refuses the hyper-parameters.
    """
    if has_rate and learning_rate is None:
        learning_rate = telling_rate(contribution, hyper)
    given = {**hyper, "lr": learning_rate} if has_rate else dict(hyper)
    if not has_forms(contribution):
        name = contribution.title or contribution.name
        return Descent(learning_rate, (_trail(name, contribution, given),))
    standard = _trail("standard", contribution, {**given, "form": "standard"})
    try:
        textbook = _trail("textbook", contribution, {**given, "form": "textbook"})
    except PluginError as error:
        return Descent(learning_rate, (standard,), str(error.__cause__ or error))
    return Descent(learning_rate, (standard, textbook))


def telling_rate(contribution: Optimizer, hyper: Mapping[str, Any]) -> float:
    """Return a learning rate that shows the rule on this valley: of those tried, the lowest loss over the whole way.

    A network's usual rate would hardly move in a hundred steps on two numbers. Tried are 13 rates over the parameter's
    range, in equal factors from its top, as long as the gradient is not asked for too often.
    """
    parameter = next(parameter for parameter in contribution.parameters if parameter.name == "lr")
    low, high = (parameter.range.low, parameter.range.high) if parameter.range else (1e-5, 1.0)
    best, best_loss, left = high, math.inf, _ASKED_WHILE_TRYING
    for rate in np.geomspace(max(high / _TRIED_DOWN, low), high, _TRIED_RATES)[::-1]:
        _, losses, asked = descend(contribution, {**hyper, "lr": float(rate)}, _TRIED_STEPS, left)
        mean = float(np.mean(losses)) if np.isfinite(losses).all() else math.inf
        if mean < best_loss:
            best, best_loss = float(f"{rate:.1e}"), mean
        left -= asked
        if left <= 0:
            break
    return best
