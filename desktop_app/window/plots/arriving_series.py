"""A run's series, read behind the window in pieces: a plot draws what has come, and pulls again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from desktop_app.store.metrics import Histogram, MetricEvent
from desktop_app.window.background import Background, sentence
from desktop_app.window.plots.growing import Growing
from desktop_app.window.plots.run_series import Points

if TYPE_CHECKING:
    from desktop_app.engine.run import Run

# Read in half a second or so: the curve is seen to come, and a window that closes meanwhile waits no longer.
_AT_ONCE = 500_000


class _Arriving:
    """One series; ``is_whole`` once everything that was in the file has come."""

    def __init__(self) -> None:
        self.steps, self.values = Growing(np.int64), Growing(np.float64)
        self.is_whole = False


class ArrivingSeries:
    """Never waits for the file: ``read`` returns what has come so far, and has the rest read on a thread.

    It is asked again and again, as a recorder is. A run that another process trains is looked at anew every time that
    ``look_again`` is called. ``problem`` is the sentence about a run that was deleted or broken meanwhile, else empty.
    """

    rewinds = 0

    def __init__(self, run: Run, background: Background) -> None:
        self.run = run
        self.problem = ""
        self._background = background
        self._place = f"series of {run.folder}"
        self._series: dict[str, _Arriving] = {}
        self._ended = False

    @property
    def is_reading(self) -> bool:
        """Whether something is still to come."""
        return not self.problem and any(not series.is_whole for series in self._series.values())

    def read(self, name: str, start: int = 0) -> Points:
        """Return steps and values from row ``start`` on, of what has come; the whole of it comes behind the window."""
        if name not in self._series:
            self._series[name] = _Arriving()
            self._go_on()
        series = self._series[name]
        # The values first: steps are appended before them, so that neither is ever longer than what is returned.
        values = series.values.view
        return series.steps.view[start : len(values)], values[start:]

    def look_again(self) -> None:
        """Have what was appended to the file since read too."""
        for series in self._series.values():
            series.is_whole = False
        self._go_on()

    def end(self) -> None:
        """Read no further."""
        self._ended = True
        self._background.forget(self._place)

    def names(self) -> list[str]:
        """Return the names of all series. Raises: ``DownslopeError`` where the file cannot be read."""
        return self.run.series_names()

    def events(self) -> list[MetricEvent]:
        """Return what happened, in order. Raises: ``DownslopeError`` where the file cannot be read."""
        return self.run.events()

    def histograms(self, name: str, start: int = 0) -> list[Histogram]:
        """Return the histograms of one name. Raises: ``DownslopeError`` where the file cannot be read."""
        return self.run.histograms(name, start)

    def histogram_names(self) -> list[str]:
        """Return the names that there are histograms of. Raises: ``DownslopeError`` where the file cannot be read."""
        return self.run.histogram_names()

    def _go_on(self) -> None:
        if self._ended or self.problem or self._background.busy(self._place):
            return
        wanted = [(name, series) for name, series in self._series.items() if not series.is_whole]
        if wanted:
            self._background.run(
                self._place, lambda: self._read_on(wanted), lambda _: self._go_on(), lambda error: self._fail(error)
            )

    def _read_on(self, wanted: list[tuple[str, _Arriving]]) -> None:
        """Read a piece of each series; runs on a thread of its own, one at a time."""
        for name, series in wanted:
            if self._ended:
                return
            after = int(series.steps.view[-1]) if len(series.steps) else None
            steps, values = self.run.series(name, after=after, most=_AT_ONCE)
            series.steps.extend(steps)
            series.values.extend(values)
            series.is_whole = len(steps) < _AT_ONCE

    def _fail(self, error: BaseException) -> None:
        self.problem = sentence(error)
