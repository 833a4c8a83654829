"""One tracker on a thread of its own: a queue in, so that neither its slowness nor its faults reach the training."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from desktop_app.registry.asking import reason
from desktop_app.store.metrics import Histogram

# How long numbers are gathered before they are handed over together. Each waking takes the interpreter from the
# training for a moment, and a tracker does with one call of a hundred points what it does with one of a single one.
GATHERING_SECONDS = 0.5
# What may wait, some 64 bytes a point: minutes of a small network's steps, days of a large one's.
MOST_WAITING = 500_000

Method = Literal["run_started", "numbers", "histogram", "event", "went_back", "run_ended"]
Call = tuple[Method, tuple[Any, ...]]
"""A method of a tracker and what it is called with."""

Waiting = tuple[Method | Literal["row", "histograms"], tuple[Any, ...]]
"""As the recorder gave it; rows of many series and sets of histograms are taken apart on the feed's thread."""


class Feed:
    """Hands calls to one tracker in the order in which they were put in, numbers of a series several at a time.

    ``put`` and ``end`` never wait and may be called on one other thread; everything of the tracker, its making
    included, happens on the feed's.

    Args:
        make: Makes the tracker.
        file: The plugin's file, to name the line in it that raised.
    """

    def __init__(self, name: str, make: Callable[[], object], file: Path | None = None) -> None:
        self.name = name
        self.trouble = ""
        """Why the tracker was switched off; empty while all is well."""
        self.place = ""
        """Where it writes, as it says itself."""
        self._make = make
        self._file = file
        self._lock = threading.Lock()
        self._calls: list[Waiting] = []
        self._waiting = 0
        self._wake = threading.Event()
        self._ending = False
        # A daemon: one that hangs in a tracker must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name=f"tracker {name}", daemon=True)

    def start(self) -> None:
        """Begin to hand over."""
        self._thread.start()

    def put(self, waiting: Waiting, size: int = 1) -> None:
        """Have a tracker's method called; ``size`` is the number of points in what it is called with."""
        with self._lock:
            if self.trouble or self._ending:
                return
            if self._waiting + size > MOST_WAITING:
                self._switch_off(f"it is too slow, {self._waiting:,} numbers wait for it")
                return
            self._calls.append(waiting)
            self._waiting += size

    def end(self) -> None:
        """Hand over what is waiting at once, and then end."""
        with self._lock:
            self._ending = True
        self._wake.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end; what has not been handed over in that time never is, and ``trouble`` says so."""
        if not self.trouble:
            self._thread.join(seconds)
        with self._lock:
            if self._thread.is_alive() and not self.trouble:
                self._switch_off("it had not taken everything when the run had ended and some seconds more had gone")

    def _switch_off(self, why: str) -> None:
        """Take nothing more; the lock is held."""
        self.trouble = why
        self._calls = []
        self._wake.set()

    def _work(self) -> None:
        try:
            tracker = self._make()
            while not self.trouble:
                # Looked at before the calls are taken: nothing is put in once it is set.
                is_last = self._ending
                for method, arguments in joined(self._take()):
                    if self.trouble:
                        return
                    listener = getattr(tracker, method, None)
                    if listener is not None:
                        listener(*arguments)
                    if method == "run_started":
                        self.place = str(getattr(tracker, "place", "") or "")
                if is_last:
                    return
                self._wake.wait(GATHERING_SECONDS)
        except BaseException as error:  # noqa: BLE001 - a plugin's border: whatever it raises ends this tracker alone
            with self._lock:
                if not self.trouble:
                    self._switch_off(reason(error, self._file))

    def _take(self) -> list[Waiting]:
        with self._lock:
            calls, self._calls = self._calls, []
            self._waiting = 0
        return calls


def joined(waiting: Sequence[Waiting]) -> list[Call]:
    """Return the calls, with the numbers of each series between two of another kind put together as arrays.

    Histograms are put behind the numbers: the instruments record a set of them with nearly every row.
    """
    found: list[Call] = []
    steps: dict[str, list[int]] = {}
    values: dict[str, list[float]] = {}
    histograms: list[Call] = []

    def close() -> None:
        found.extend(
            ("numbers", (name, np.asarray(steps[name], dtype=np.int64), np.asarray(values[name], dtype=np.float64)))
            for name in steps
        )
        found.extend(histograms)
        steps.clear()
        values.clear()
        histograms.clear()

    for method, arguments in waiting:
        if method == "numbers":
            name, more_steps, more_values = arguments
            steps.setdefault(name, []).extend(more_steps)
            values.setdefault(name, []).extend(more_values)
        elif method == "row":
            step, row = arguments
            for name, value in row.items():
                steps.setdefault(name, []).append(step)
                values.setdefault(name, []).append(value)
        elif method == "histograms":
            histograms += [histogram_call(name, each) for name, each in arguments[0].items()]
        else:
            close()
            found.append((method, arguments))
    close()
    return found


def histogram_call(name: str, histogram: Histogram) -> Call:
    """Return the call for one histogram."""
    return "histogram", (name, histogram.step, histogram.low, histogram.high, histogram.counts)


def deadline(seconds: float) -> Callable[[], float]:
    """Return what tells how many of these seconds are left, never below 0."""
    until = time.monotonic() + seconds
    return lambda: max(0.0, until - time.monotonic())
