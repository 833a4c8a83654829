"""A growing series as plots draw it: pulls what is new, and gives as many points of it as a screen can show."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop_app.store.metrics import Histogram, MetricEvent
from desktop_app.window.plots.growing import Growing
from desktop_app.window.plots.pyramid import Pyramid
from desktop_app.window.plots.smoothing import remembered, smoothed
from desktop_app.window.plots.thinning import Floats, Places, thinned

# Taken up at a time, in some 10 ms: of a long run that is opened, the window draws the beginning and goes on.
_AT_ONCE = 250_000
# Up to so many values are averaged one by one, in about a millisecond; of more, the means of equal blocks are.
_ONE_BY_ONE = 1 << 16
_BLOCKS = 1 << 15


class SeriesSource(Protocol):
    """Where series come from: a recorder while training, a run's file afterwards.

    ``rewinds`` counts how often the end of all series was forgotten, as after a training was rolled back.
    """

    @property
    def rewinds(self) -> int:
        """How often that has happened so far."""
        ...

    def read(self, name: str, start: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return steps and values of a series from place ``start`` on; both empty where there are none."""
        ...

    def names(self) -> list[str]:
        """Return the names of all series."""
        ...

    def events(self) -> list[MetricEvent]:
        """Return what happened, in order."""
        ...

    def histograms(self, name: str, start: int = 0) -> list[Histogram]:
        """Return the histograms of one name from place ``start`` on."""
        ...

    def histogram_names(self) -> list[str]:
        """Return the names that there are histograms of."""
        ...


class SeriesBuffer:
    """Steps and values with their pyramid: 19 bytes a point, 190 MB for ten million, and up to half more in reserve."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rewinds = 0
        self.clear()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def steps(self) -> NDArray[np.int64]:
        """All steps so far."""
        return self._steps.view

    @property
    def values(self) -> Floats:
        """All values so far."""
        return self._values.view

    @property
    def is_behind(self) -> bool:
        """Whether more was there at the last pull than was taken up."""
        return self._waiting is not None

    def clear(self) -> None:
        """Forget everything."""
        self._steps, self._values, self._pyramid = Growing(np.int64), Growing(np.float64), Pyramid()
        self._waiting: tuple[NDArray[np.int64], Floats] | None = None
        self._range: tuple[float, float] | None = None

    def pull(self, source: SeriesSource) -> bool:
        """Take what is new from ``source``, a quarter of a million values at most; returns whether there was anything.

        Where the source's past is another one now, as after a training was rolled back, it is taken up anew.
        """
        has_forgotten = False
        # Asked before the numbers are: those of a moment later are taken up once more the next time.
        rewinds = source.rewinds
        if rewinds != self._rewinds:
            has_forgotten = len(self) > 0
            self.clear()
            self._rewinds = rewinds
        known = len(self)
        new = self._waiting or self._read(source)
        if new is None:
            return has_forgotten or len(self) != known
        steps, values = new
        self._waiting = None
        if len(steps) > _AT_ONCE:
            self._waiting = steps[_AT_ONCE:], values[_AT_ONCE:]
            self._steps.make_room(len(self) + len(steps))
            self._values.make_room(len(self) + len(steps))
        self._steps.extend(steps[:_AT_ONCE])
        self._values.extend(values[:_AT_ONCE])
        self._pyramid.extend(self.values)
        self._widen(values[:_AT_ONCE])
        return True

    def between(self, low: float, high: float, points: int, *, strength: float = 0.0) -> tuple[Floats, Floats]:
        """Return at most ``points`` places between the steps ``low`` and ``high``, and one more on either side.

        With a ``strength`` above 0, values are smoothed (see ``smoothing``). Near, each value is, exactly; far out the
        means of equal blocks are, with the strength to the power of their length. There a block is much shorter than
        what a pixel covers, and hovering (``at``) is exact everywhere.
        """
        # Searched as whole numbers: NumPy would make a copy of all steps to compare them with fractions.
        first = max(self._place(low, "left") - 1, 0)
        last = min(self._place(high, "right") + 1, len(self))
        if strength > 0.0:
            return self._smooth_between(first, last, points, strength)
        places = self._pyramid.places(self.values, first, last, max(points // 2 - 2, 1))
        return self.steps[places].astype(np.float64), self.values[places]

    def at(self, step: float, *, strength: float = 0.0) -> float | None:
        """Return the value at the last step that is not after ``step``, or ``None`` before the first."""
        place = self._place(step, "right") - 1
        if place < 0:
            return None
        if strength <= 0.0:
            return float(self.values[place])
        return float(smoothed(self.values[max(place - remembered(strength), 0) : place + 1], strength)[-1])

    @property
    def range(self) -> tuple[float, float] | None:
        """The lowest and the highest finite value; ``None`` where there is none."""
        return self._range

    def _widen(self, values: Floats) -> None:
        finite = values[np.isfinite(values)]
        if len(finite):
            low, high = float(finite.min()), float(finite.max())
            known = self._range or (low, high)
            self._range = min(low, known[0]), max(high, known[1])

    def _read(self, source: SeriesSource) -> tuple[NDArray[np.int64], Floats] | None:
        known = len(self)
        steps, values = source.read(self.name, max(known - 1, 0))
        if known:
            same = len(steps) > 0 and steps[0] == self.steps[-1]
            if same and (values[0] == self.values[-1] or (np.isnan(values[0]) and np.isnan(self.values[-1]))):
                return (steps[1:], values[1:]) if len(steps) > 1 else None
            self.clear()
            steps, values = source.read(self.name, 0)
        return (steps, values) if len(steps) else None

    def _smooth_between(self, first: int, last: int, points: int, strength: float) -> tuple[Floats, Floats]:
        begin = max(first - remembered(strength), 0)
        if last - begin <= _ONE_BY_ONE:
            values = smoothed(self.values[begin:last], strength)[first - begin :]
            return thinned(self.steps[first:last].astype(np.float64), values, points)
        ends: Places
        ends, means, length = self._pyramid.means(self.values, first, last, _BLOCKS)
        ends = np.minimum(ends, len(self) - 1)
        return thinned(self.steps[ends].astype(np.float64), smoothed(means, strength**length), points)

    def _place(self, step: float, side: str) -> int:
        """Return where ``step`` would stand among the steps: before those that are equal to it, or behind them."""
        if not np.isfinite(step) or abs(step) > 2**62:
            return 0 if step < 0 else len(self)
        whole = int(np.ceil(step)) if side == "left" else int(np.floor(step))
        return int(np.searchsorted(self.steps, whole, side="left" if side == "left" else "right"))
