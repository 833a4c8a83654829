"""How far work behind the window has come: told a few times a second, with the time left, and given up on demand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.errors import ExportError
from desktop_app.window.exporting.time_left import TimeLeft

# What is told more often than people can see would queue up in front of the window's thread.
_SECONDS = 0.1


@dataclass(frozen=True)
class Progress:
    """What is being done, the share of all that is done, and the seconds left where they can be told."""

    phase: str
    share: float = 0.0
    seconds_left: float | None = None


class Reporter:
    """What the engine reports to, on the worker's thread; ``tell`` gets a ``Progress`` at most ten times a second.

    Args:
        tell: Such as a signal's ``emit``.
        given_up: The sentence that is raised once ``cancel`` was called, from any thread.
    """

    def __init__(
        self, tell: Callable[[Progress], object], given_up: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell, self._given_up, self._clock = tell, given_up, clock
        self._cancelled = threading.Event()
        self._left = TimeLeft(clock)
        self._phase, self._told = "", 0.0

    def __call__(self, phase: str, share: float) -> None:
        """Tell of a new phase at once, and of the share now and then. Raises: ``ExportError`` once it was given up."""
        if self._cancelled.is_set():
            raise ExportError(self._given_up)
        now = self._clock()
        if phase == self._phase and now - self._told < _SECONDS:
            return
        self._phase, self._told = phase, now
        self._tell(Progress(phase, share, self._left.at(share)))

    def cancel(self) -> None:
        """Have the work end with the next thing it reports."""
        self._cancelled.set()
