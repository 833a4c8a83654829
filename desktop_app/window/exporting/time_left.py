"""How long something still takes, from how far it has come."""

from __future__ import annotations

import time
from collections.abc import Callable

# Before this much has passed, what is left would be a guess that jumps.
_SECONDS = 3.0
_SHARE = 0.04


class TimeLeft:
    """Counts from when it is made; ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()

    def at(self, share: float) -> float | None:
        """Return the seconds left where ``share``, 0 to 1, is done; ``None`` while too little is, or all."""
        passed = self._clock() - self._began
        if passed < _SECONDS or not _SHARE <= share < 1.0:
            return None
        return passed * (1.0 - share) / share
