"""A run's series in the form that plots pull from, read once from its file and kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desktop_app.store.metrics import Histogram, MetricEvent

if TYPE_CHECKING:
    from desktop_app.engine.run import Run

Points = tuple[NDArray[np.int64], NDArray[np.float64]]


class RunSeries:
    """Reads series from a run's file, on whatever thread asks; each is read once, and what was read is kept.

    All of it raises ``DownslopeError`` where the file cannot be read. A series of ten million steps takes seconds to
    read; ``ArrivingSeries`` reads behind the window.
    """

    rewinds = 0

    def __init__(self, run: Run) -> None:
        self.run = run
        self._kept: dict[str, Points] = {}
        self._histograms: dict[str, list[Histogram]] = {}
        self._histogram_names: list[str] | None = None
        self._lock = threading.Lock()

    def read(self, name: str, start: int = 0) -> Points:
        """Return steps and values from row ``start`` on; both empty where the run has no such series."""
        with self._lock:
            if name not in self._kept:
                self._kept[name] = self.run.series(name)
            steps, values = self._kept[name]
        return steps[start:], values[start:]

    def names(self) -> list[str]:
        """Return the names of all series."""
        return self.run.series_names()

    def events(self) -> list[MetricEvent]:
        """Return what happened, in order."""
        return self.run.events()

    def histograms(self, name: str, start: int = 0) -> list[Histogram]:
        """Return the histograms of one name from place ``start`` on."""
        with self._lock:
            if name not in self._histograms:
                self._histograms[name] = self.run.histograms(name)
            return self._histograms[name][start:]

    def histogram_names(self) -> list[str]:
        """Return the names that there are histograms of."""
        with self._lock:
            if self._histogram_names is None:
                self._histogram_names = self.run.histogram_names()
            return list(self._histogram_names)
