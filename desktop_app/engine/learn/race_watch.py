"""A race seen from another thread: how far it is, the wish that it end, and a way out of a step that never does."""

from __future__ import annotations

import ctypes
import threading
from typing import Any


class RaceCancelled(Exception):  # noqa: N818 - nothing went wrong
    """Somebody asked for the race to end."""


class StepEndless(Exception):  # noqa: N818 - raised inside a plugin's step, from outside
    """A step that did not end was broken off."""

    def __init__(self) -> None:
        super().__init__("it did not end and was broken off")


class RaceWatch:
    """Shared by the thread that computes a race and the one that waits for it.

    ``entrant`` and ``steps_taken`` are written by the thread that computes; each is read whole.

    Args:
        endless: Optimizers (contributions) of which a step was broken off. They are not tried again; a race adds to it.
    """

    def __init__(self, endless: set[Any] | None = None) -> None:
        self.endless: set[Any] = endless if endless is not None else set()
        self.stalled = False
        self.entrant = ""
        self.steps_taken = 0
        self.share = 0.0
        self._cancelled = threading.Event()
        self._thread = 0

    def cancel(self) -> None:
        """Ask the race to end at its next step."""
        self._cancelled.set()

    def begin(self) -> None:
        """Remember the thread that computes; called on it."""
        self._thread = threading.get_ident()

    def stepping(self, entrant: str) -> None:
        """Note that ``entrant`` takes a step now. Raises ``RaceCancelled`` where the race is to end."""
        if self._cancelled.is_set():
            raise RaceCancelled
        self.entrant = entrant
        self.steps_taken += 1

    def break_off(self) -> None:
        """Raise ``StepEndless`` inside the step that runs now.

        Only Python code can be left this way: a step that waits inside a call to C goes on until that returns.
        """
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(StepEndless))
