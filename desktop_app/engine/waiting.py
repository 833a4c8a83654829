"""How long a training waits for its batches: reading, decoding and preparing them on the host."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


class Waiting:
    """Counts the seconds that steps waited for what they are given.

    Args:
        seconds: Returns the seconds of training so far, pauses and evaluations left out.
        clock: Tells the time in seconds.
    """

    def __init__(self, seconds: Callable[[], float], clock: Callable[[], float] = time.perf_counter) -> None:
        self._seconds = seconds
        self._clock = clock
        self._waited = 0.0
        self._since = 0.0

    def each(self, given: Iterator[T]) -> Iterator[T]:
        """Yield what ``given`` yields, and count how long it took to come."""
        while True:
            began = self._clock()
            try:
                item = next(given)
            except StopIteration:
                return
            finally:
                self._waited += self._clock() - began
            yield item

    def share(self) -> float:
        """Return the share of the training's time since the last call that was spent waiting, 0 to 1."""
        now = self._seconds()
        passed, waited = now - self._since, self._waited
        self._since, self._waited = now, 0.0
        return min(waited / passed, 1.0) if passed > 0 else 0.0
