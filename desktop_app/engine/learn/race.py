"""Races optimizers down a surface: the registry's own objects, side by side, on the same noise.

The window knows of races before torch is loaded: importing this imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.learn.race_watch import RaceCancelled, RaceWatch, StepEndless
from desktop_app.engine.learn.surfaces import Pair, Surface
from desktop_app.engine.sheet import Sheet
from desktop_app.errors import DownslopeError

if TYPE_CHECKING:
    from torch import Tensor

    from desktop_app.registry import Registry

# Who is this many times the width of the drawing away from its middle will not be back.
_FAR = 1e3
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Entrant:
    """An optimizer with its settings; ``label`` is what it is called in this race."""

    label: str
    optimizer: str
    hyper: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trail:
    """Where one entrant went.

    Args:
        positions: ``[steps + 1, 2]``, the weights that one would evaluate (``eval()`` where the optimizer has it);
            NaN from where it stopped.
        losses: ``[steps + 1]``, the surface's own loss there, without the noise of a step.
        gradients: ``[steps, 2]``, what it was given: with the step's noise, where the optimizer takes it.
        steps_to_target: The first step from which its loss stays below the target, or ``None``.
        diverged: The step that led out of all bounds, or ``None``.
        error: Why it could not be raced to the end, in a sentence; empty where it could.
    """

    entrant: Entrant
    positions: Numbers
    losses: Numbers
    gradients: Numbers
    steps_to_target: int | None = None
    diverged: int | None = None
    error: str = ""

    @property
    def moves(self) -> Numbers:
        """How far each step led along each axis, ``[steps, 2]``."""
        return np.diff(self.positions, axis=0)

    @property
    def step_sizes(self) -> Numbers:
        """The effective step size, ``[steps]``: the length of each move."""
        lengths: Numbers = np.hypot(self.moves[:, 0], self.moves[:, 1])
        return lengths


@dataclass(frozen=True)
class Race:
    """The trails of all entrants, in their order."""

    surface: Surface
    start: Pair
    steps: int
    seed: int
    trails: tuple[Trail, ...]

    def sheet(self) -> Sheet:
        """Return a row for each entrant and step; step 0 is the start, which no step led to."""
        x, y = self.surface.axes
        numbers = (x, y, "loss", f"gradient {x}", f"gradient {y}", f"move {x}", f"move {y}")
        rows: list[tuple[object, ...]] = []
        for trail in self.trails:
            before = np.full((1, 2), np.nan)
            gradients, moves = np.vstack([before, trail.gradients]), np.vstack([before, trail.moves])
            columns = np.column_stack([trail.positions, trail.losses, gradients, moves]).tolist()
            label, name = trail.entrant.label, trail.entrant.optimizer
            rows += [(label, name, step, *found) for step, found in enumerate(columns)]
        return Sheet(("entrant", "optimizer", "step", *numbers), rows)


def run_race(
    surface: Surface,
    entrants: Sequence[Entrant],
    start: Pair,
    steps: int,
    seed: int,
    registry: Registry,
    watch: RaceWatch | None = None,
) -> Race:
    """Race all entrants from ``start``; they take their first step together, then their second, and so on.

    Weights are one float64 vector of two on the CPU. An entrant whose plugin raises gets its sentence, and the others
    go on. Rules that draw random numbers themselves take them from torch's own generator, which is left alone: a
    training beside may be drawing from it.
    Raises: ``RaceCancelled`` where ``watch`` was told to end.
    """
    import torch

    watch = watch or RaceWatch()
    watch.begin()
    runners = [_Runner(surface, entrant, start, steps, registry, watch) for entrant in entrants]
    for step, draw in enumerate(surface.draws(steps, seed)):
        given = [runner for runner in runners if runner.running and not runner.asks]
        if given:
            points = torch.stack([runner.weight.detach() for runner in given]).requires_grad_()
            (found,) = torch.autograd.grad(surface.step_loss(points, draw).sum(), points)
            for runner, gradient in zip(given, found.unbind(), strict=True):
                runner.weight.grad = gradient.clone()
        for runner in runners:
            if runner.running:
                runner.step(step, draw)
        watch.share = (step + 1) / steps
    return Race(surface, start, steps, seed, tuple(runner.trail() for runner in runners))


class _Runner:
    """One entrant on its way."""

    def __init__(
        self, surface: Surface, entrant: Entrant, start: Pair, steps: int, registry: Registry, watch: RaceWatch
    ) -> None:
        import torch

        self.surface, self.entrant, self._watch = surface, entrant, watch
        self.weight = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
        self._middle = torch.tensor([(a + b) / 2 for a, b in zip(surface.low, surface.high, strict=True)])
        self._positions = np.full((steps + 1, 2), np.nan)
        self._positions[0] = start
        self._gradients = np.full((steps, 2), np.nan)
        self._diverged: int | None = None
        self._error = ""
        self.asks = False
        self._optimizer: Any = None
        self._contribution: Any = None
        watch.stepping(entrant.label)
        try:
            contribution = registry.optimizers[entrant.optimizer]
            self._contribution = contribution
            if contribution in watch.endless:
                raise StepEndless
            self._create_graph = contribution.create_graph
            self._closure = contribution.closure
            self.asks = contribution.closure or contribution.create_graph
            given = [("weights", self.weight)] if contribution.named else [self.weight]
            self._optimizer = contribution.create(given, **entrant.hyper)
        except Exception as error:  # noqa: BLE001 - a plugin's border: the others race on
            self._fail(error, "could not be made")

    @property
    def running(self) -> bool:
        return not self._error and self._diverged is None

    def step(self, step: int, draw: Tensor) -> None:
        """Take one step; ``weight.grad`` holds the gradient unless this entrant asks for it itself."""
        self._watch.stepping(self.entrant.label)
        try:
            if self._contribution in self._watch.endless:
                raise StepEndless
            if not self.asks:
                self._note_gradient(step)
                self._optimizer.step()
            elif self._closure:
                self._optimizer.step(lambda: self._evaluate(step, draw))
            else:
                self._evaluate(step, draw)
                self._optimizer.step()
            self._read_position(step + 1)
        except RaceCancelled:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin's border: the others race on
            self._fail(error, f"failed in step {step + 1}")

    def trail(self) -> Trail:
        import torch

        with torch.no_grad():
            losses = self.surface.loss(torch.from_numpy(self._positions)).numpy()
        arrived = None if self._error else steps_to_target(losses, self.surface.target)
        return Trail(self.entrant, self._positions, losses, self._gradients, arrived, self._diverged, self._error)

    def _evaluate(self, step: int, draw: Tensor) -> Tensor:
        """Compute this step's loss and gradient at the weights as they are now."""
        import torch

        with torch.enable_grad():
            self._watch.stepping(self.entrant.label)
            loss = self.surface.step_loss(self.weight, draw)
            (self.weight.grad,) = torch.autograd.grad(loss, self.weight, create_graph=self._create_graph)
        self._note_gradient(step)
        return loss

    def _note_gradient(self, step: int) -> None:
        if np.isnan(self._gradients[step, 0]) and self.weight.grad is not None:
            self._gradients[step] = self.weight.grad.detach().numpy()

    def _read_position(self, step: int) -> None:
        to_eval, to_train = (getattr(self._optimizer, name, None) for name in ("eval", "train"))
        if callable(to_eval) and callable(to_train):
            to_eval()
            position = self.weight.detach().clone()
            to_train()
        else:
            position = self.weight.detach()
        if not bool(((position - self._middle).abs() < _FAR * self.surface.span).all()):  # NaN included
            self._diverged = step
        if bool(position.isfinite().all()):
            self._positions[step] = position.numpy()

    def _fail(self, error: Exception, what: str) -> None:
        name = f'optimizer "{self.entrant.optimizer}"'
        if isinstance(error, DownslopeError):
            self._error = str(error)
        elif isinstance(error, StepEndless):
            self._watch.endless.add(self._contribution)
            self._error = f"{name}: its step did not end and was broken off; mend the plugin's endless loop."
        else:
            self._error = f"{name} {what}: {type(error).__name__}: {error}"


def steps_to_target(losses: Numbers, target: float) -> int | None:
    """Return the first step from which all ``losses`` are below ``target``, or ``None`` where the last one is not."""
    (above,) = np.nonzero(~(losses < target))
    first = int(above[-1]) + 1 if len(above) else 0
    return first if first < len(losses) else None
