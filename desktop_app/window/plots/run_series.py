"""A finished run's series in the form that plots pull from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from desktop_app.store.metrics import Histogram, MetricEvent

if TYPE_CHECKING:
    from desktop_app.engine.run import Run


class RunSeries:
    """Reads series from a run's file."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def read(self, name: str, start: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return steps and values from row ``start`` on; both empty where the run has no such series.

        Raises: ``DownslopeError`` where the file cannot be read.
        """
        steps, values = self._run.series(name)
        return steps[start:], values[start:]

    def names(self) -> list[str]:
        """Return the names of all series."""
        return self._run.series_names()

    def histograms(self, name: str, start: int = 0) -> list[Histogram]:
        """Return the histograms of one name from place ``start`` on."""
        return self._run.histograms(name, start)

    def histogram_names(self) -> list[str]:
        """Return the names that there are histograms of."""
        return self._run.histogram_names()

    def events(self) -> list[MetricEvent]:
        """Return what happened, in order."""
        return self._run.events()
