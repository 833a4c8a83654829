"""Numbers of a training: kept on the device, moved to the host in blocks, so that a step never waits for a value.

The training thread writes; any thread reads with ``read``, which copies only what is new to it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from desktop_app.store.metrics import Histogram, MetricEvent, MetricsReader, MetricsWriter

if TYPE_CHECKING:
    from desktop_app.engine.insight.boundary import Boundary

BLOCK_STEPS = 512
FLUSH_SECONDS = 0.1
# A commit a second: at most that much is lost to a kill, beside what came after the last checkpoint anyway.
COMMIT_SECONDS = 1.0


class RecordListener(Protocol):
    """Is told, on the thread that trains, what has reached the host; what it is given is never changed afterwards."""

    def numbers(self, name: str, steps: Sequence[int], values: Sequence[float]) -> None:
        """Take the next points of a series."""

    def row(self, step: int, values: Mapping[str, float]) -> None:
        """Take one point of each of many series."""

    def histograms(self, histograms: Mapping[str, Histogram]) -> None:
        """Take one histogram of each of many names."""

    def event(self, step: int, kind: str, text: str) -> None:
        """Take that something happened."""

    def went_back(self, step: int) -> None:
        """Take that what came after ``step`` is void."""


class _Series:
    """Steps and values that grow by doubling."""

    def __init__(self) -> None:
        # Small at first: the instruments of a deep network fill hundreds of series with a few points each.
        self.steps: NDArray[np.int64] = np.empty(64, dtype=np.int64)
        self.values: NDArray[np.float64] = np.empty(64, dtype=np.float64)
        self.count = 0

    def extend(self, steps: Any, values: Any) -> None:
        if self.count and len(steps) and steps[0] <= self.steps[self.count - 1]:
            # A resumed run comes by the step of its checkpoint again: the newer points replace the older ones.
            self.count = int(np.searchsorted(self.steps[: self.count], steps[0]))
        needed = self.count + len(steps)
        if needed > len(self.steps):
            size = max(needed, 2 * len(self.steps))
            self.steps = np.resize(self.steps, size)
            self.values = np.resize(self.values, size)
        self.steps[self.count : needed] = steps
        self.values[self.count : needed] = values
        self.count = needed


class Recorder:
    """Takes one loss and one learning rate a step, and whatever else an epoch.

    Args:
        clock: Says when a block is due, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._series: dict[str, _Series] = {}
        self._histograms: dict[str, list[Histogram]] = {}
        self._events: list[MetricEvent] = []
        self._writer: MetricsWriter | None = None
        self._losses = torch.empty(0)
        self._steps: list[int] = []
        self._rates: list[float] = []
        self.listeners: list[RecordListener] = []
        """Who else is told what is recorded; may be changed on the thread that trains alone."""
        self._told = self._flushed = self._committed = clock()
        self.rewinds = 0
        """How often what came after some step was forgotten: whoever has read it by then reads it anew."""
        self.first_non_finite: int | None = None
        """The first step whose loss was not finite, known once its block has reached the host."""
        self.boundary: Boundary | None = None
        """The newest boundary between classes, of a network with two inputs. One assignment: any thread may read it."""

    def open(self, writer: MetricsWriter, device: torch.device) -> None:
        """Begin to record."""
        self._writer = writer
        self._losses = torch.empty(BLOCK_STEPS, device=device)

    def recall(self, reader: MetricsReader) -> None:
        """Take over what an earlier part of the same run recorded."""
        with self._lock:
            for name in reader.names():
                self._series[name] = series = _Series()
                series.extend(*reader.series(name))
            self._histograms = {name: reader.histograms(name) for name in reader.histogram_names()}
            self._events = reader.events()

    def forget_after(self, step: int) -> None:
        """Forget what came after the checkpoint that is gone on from."""
        with self._lock:
            for series in self._series.values():
                series.count = int(np.searchsorted(series.steps[: series.count], step, side="right"))
            for name, kept in self._histograms.items():
                self._histograms[name] = [each for each in kept if each.step <= step]
            self._events = [event for event in self._events if event.step <= step]
            self.rewinds += 1
        for listener in self.listeners:
            listener.went_back(step)

    def go_back(self, step: int) -> None:
        """Forget what came after ``step``, here and in the file: the training goes on from there."""
        self.flush()
        self.first_non_finite = None
        self.forget_after(step)
        if self._writer:
            self._writer.delete_after(step)

    def leave_out(self, step: int, learning_rate: float) -> None:
        """Record a step that taught nothing: its loss is a gap (NaN) in the series."""
        self.flush()
        self.add("train_loss", [step], [float("nan")])
        self.add("lr", [step], [learning_rate])

    def step(self, step: int, loss: Tensor, learning_rate: float) -> bool:
        """Record one step. Returns whether a block was moved to the host, about ten times a second."""
        self._losses[len(self._steps)] = loss.detach()
        self._steps.append(step)
        self._rates.append(learning_rate)
        now = self._clock()
        if len(self._steps) < BLOCK_STEPS and now - self._told < FLUSH_SECONDS:
            return False
        # Kept apart from other flushes: short epochs flush at each end, and whoever is told here would never be.
        self._told = now
        self.flush(now)
        return True

    def flush(self, now: float | None = None) -> None:
        """Move what was recorded to the host and to the file."""
        self._flushed = self._clock() if now is None else now
        if self._steps:
            losses = self._losses[: len(self._steps)].tolist()
            steps, rates, self._steps, self._rates = self._steps, self._rates, [], []
            self.add("train_loss", steps, losses)
            self.add("lr", steps, rates)
            if self.first_non_finite is None and not np.isfinite(losses).all():
                self.first_non_finite = steps[int(np.argmin(np.isfinite(losses)))]
        if self._writer and self._flushed - self._committed > COMMIT_SECONDS:
            self.commit()

    def add(self, name: str, steps: list[int], values: list[float]) -> None:
        """Append points to a series."""
        with self._lock:
            self._series.setdefault(name, _Series()).extend(steps, values)
        if self._writer:
            self._writer.append(name, steps, values)
        for listener in self.listeners:
            listener.numbers(name, steps, values)

    def add_row(self, step: int, values: Mapping[str, float]) -> None:
        """Append one point at ``step`` to each of many series."""
        with self._lock:
            for name, value in values.items():
                self._series.setdefault(name, _Series()).extend([step], [value])
        if self._writer:
            self._writer.append_row(step, values)
        for listener in self.listeners:
            listener.row(step, values)

    def add_histograms(self, histograms: Mapping[str, Histogram]) -> None:
        """Append one histogram to each of many names."""
        with self._lock:
            for name, each in histograms.items():
                self._histograms.setdefault(name, []).append(each)
        if self._writer:
            self._writer.append_histograms(histograms)
        for listener in self.listeners:
            listener.histograms(histograms)

    def event(self, step: int, kind: str, text: str) -> None:
        """Write down that something happened."""
        with self._lock:
            self._events.append(MetricEvent(step, kind, text))
        if self._writer:
            self._writer.event(step, kind, text)
        for listener in self.listeners:
            listener.event(step, kind, text)

    def commit(self) -> None:
        """Make durable what has reached the host."""
        self._committed = self._clock()
        if self._writer:
            self._writer.commit()

    def read(self, name: str, start: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return copies of a series' steps and values, from its place ``start`` on. May be called on any thread."""
        with self._lock:
            series = self._series.get(name)
            if series is None:
                return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
            return series.steps[start : series.count].copy(), series.values[start : series.count].copy()

    def lengths(self) -> dict[str, int]:
        """Return how many points each series has, all at one moment. May be called on any thread."""
        with self._lock:
            return {name: series.count for name, series in self._series.items()}

    def names(self) -> list[str]:
        """Return the names of all series so far. May be called on any thread."""
        with self._lock:
            return sorted(self._series)

    def histograms(self, name: str, start: int = 0) -> list[Histogram]:
        """Return the histograms of one name from place ``start`` on. May be called on any thread."""
        with self._lock:
            return self._histograms.get(name, [])[start:]

    def histogram_names(self) -> list[str]:
        """Return the names that there are histograms of. May be called on any thread."""
        with self._lock:
            return sorted(self._histograms)

    def events(self) -> list[MetricEvent]:
        """Return what happened so far, in order. May be called on any thread."""
        with self._lock:
            return list(self._events)
