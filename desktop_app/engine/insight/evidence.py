"""What the rules of a diagnosis look at: a run's numbers so far, live or from its folder, and its facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.insight.facts import Facts
from desktop_app.store.metrics import MetricEvent

if TYPE_CHECKING:
    from desktop_app.registry import Registry

Numbers = NDArray[np.float64]


class SeriesSource(Protocol):
    """Where numbers come from: the recorder of a training under way, or a run's file."""

    def read(self, name: str, start: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return steps and values of a series from place ``start`` on; both empty where there is none."""
        ...

    def names(self) -> list[str]:
        """Return the names of all series."""
        ...

    def events(self) -> list[MetricEvent]:
        """Return what happened, in order."""
        ...


@dataclass(frozen=True)
class Series:
    """Steps and values of one series; both empty where nothing was recorded."""

    steps: NDArray[np.int64]
    values: Numbers

    def __len__(self) -> int:
        return len(self.steps)

    def between(self, first: int, last: int | None) -> Series:
        """Return the points from step ``first`` to step ``last``, both included; to the end where it is ``None``."""
        end = len(self.steps) if last is None else int(np.searchsorted(self.steps, last, side="right"))
        begin = int(np.searchsorted(self.steps, first))
        return Series(self.steps[begin:end], self.values[begin:end])


@dataclass(frozen=True)
class Evidence:
    """Everything that a rule may look at. Reading a series twice reads it once.

    ``status`` is the run's: ``running`` for a live one, whose end is not known yet. ``plugins`` are those that are
    loaded already.
    """

    experiment: Experiment
    facts: Facts
    source: SeriesSource
    status: str = "finished"
    reason: str = ""
    plugins: Registry | None = None
    _read: dict[str, Series] = field(default_factory=dict, repr=False)

    def series(self, name: str) -> Series:
        """Return a series by name."""
        if name not in self._read:
            self._read[name] = Series(*self.source.read(name))
        return self._read[name]

    def layers(self, quantity: str, role: str = "") -> Sequence[str]:
        """Return the layers that there are numbers of, such as of ``gradient_norm``, in running order."""
        names = {name.partition("/")[2] for name in self.source.names() if name.startswith(f"{quantity}/")}
        known = [layer.name for layer in self.facts.layers if layer.name in names and role in ("", layer.role)]
        return known if self.facts.layers else sorted(names)

    def of_layer(self, quantity: str, layer: str) -> Series:
        """Return one quantity of one layer over time."""
        return self.series(f"{quantity}/{layer}")

    @cached_property
    def registry(self) -> Registry:
        """The plugins, for advice; where nobody has loaded them yet they are, and torch with them, when first asked."""
        from desktop_app.registry import load_plugins

        return self.plugins or load_plugins()

    @property
    def steps_taken(self) -> int:
        """The last step with a loss; 0 where there is none."""
        steps = self.series("train_loss").steps
        return int(steps[-1]) if len(steps) else 0

    @property
    def is_over(self) -> bool:
        """Whether the run has ended."""
        return self.status != "running"
