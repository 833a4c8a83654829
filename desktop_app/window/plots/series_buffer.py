"""A growing series: pulls what is new, smooths it, and thins it out to what a screen can show."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# The average remembers a twentieth of the run, fifty steps at most: a trend shows, and does not lag behind a short run.
_A_PART = 20
_LONGEST = 50.0


class SeriesSource(Protocol):
    """Where series come from: a recorder while training, a run's file afterwards."""

    def read(self, name: str, start: int) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
        """Return steps and values of a series from row ``start`` on; both empty where there are none."""
        ...


class SeriesBuffer:
    """Steps and values, as one growing pair of arrays; amortised growth, so that a long run costs no more a tick."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._steps: Floats = np.empty(1024)
        self._values: Floats = np.empty(1024)
        self._smooth: Floats = np.empty(1024)
        self._mean = 0.0
        self._finite = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def steps(self) -> Floats:
        """All steps so far."""
        return self._steps[: self._count]

    @property
    def values(self) -> Floats:
        """All values so far."""
        return self._values[: self._count]

    @property
    def smooth(self) -> Floats:
        """A moving average whose memory grows with the run: none at the first value, at most the last fifty or so."""
        return self._smooth[: self._count]

    def clear(self) -> None:
        """Forget everything."""
        self._count, self._finite, self._mean = 0, 0, 0.0

    def pull(self, source: SeriesSource) -> bool:
        """Take what is new from ``source``; returns whether there was anything."""
        steps, values = source.read(self.name, self._count)
        if not len(steps):
            return False
        self._grow(self._count + len(steps))
        after = self._count + len(steps)
        self._steps[self._count : after] = steps
        self._values[self._count : after] = values
        for place, value in enumerate(np.asarray(values, dtype=np.float64).tolist(), start=self._count):
            self._smooth[place] = self._smoothed(value)
        self._count = after
        return True

    def between(self, low: float, high: float, points: int, *, smooth: bool = False) -> tuple[Floats, Floats]:
        """Return at most ``points`` places between the steps ``low`` and ``high``, and one more on either side."""
        values = self.smooth if smooth else self.values
        first = max(int(np.searchsorted(self.steps, low)) - 1, 0)
        last = min(int(np.searchsorted(self.steps, high, side="right")) + 1, self._count)
        return thinned(self.steps[first:last], values[first:last], points)

    def at(self, step: float, *, smooth: bool = False) -> float | None:
        """Return the value at the last step that is not after ``step``, or ``None`` before the first."""
        place = int(np.searchsorted(self.steps, step, side="right")) - 1
        if place < 0:
            return None
        return float((self.smooth if smooth else self.values)[place])

    def _smoothed(self, value: float) -> float:
        if not np.isfinite(value):
            return value
        self._finite += 1
        self._mean += (value - self._mean) / min(1.0 + (self._finite - 1) / _A_PART, _LONGEST)
        return self._mean

    def _grow(self, needed: int) -> None:
        if needed <= len(self._steps):
            return
        room = max(needed, 2 * len(self._steps))
        for name in ("_steps", "_values", "_smooth"):
            larger = np.empty(room)
            larger[: self._count] = getattr(self, name)[: self._count]
            setattr(self, name, larger)


def thinned(steps: Floats, values: Floats, points: int) -> tuple[Floats, Floats]:
    """Return at most ``points`` of a series: the lowest and the highest of each stretch, so that no spike is lost."""
    if len(steps) <= points:
        return steps, values
    stretches = max(points // 2, 1)
    length = -(-len(steps) // stretches)
    # The last stretch is filled up with NaN, so that all of them are searched in one go.
    padded = np.full(-(-len(steps) // length) * length, np.nan)
    padded[: len(values)] = values
    rows = padded.reshape(-1, length)
    finite = np.isfinite(rows)
    starts = np.arange(len(rows)) * length
    lowest = starts + np.where(finite, rows, np.inf).argmin(axis=1)
    highest = starts + np.where(finite, rows, -np.inf).argmax(axis=1)
    # A stretch without a finite value keeps its first one: the curve has a gap there.
    places = np.unique(np.concatenate([lowest, highest]))
    return steps[places], values[places]
