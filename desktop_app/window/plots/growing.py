"""An array that grows at its end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Half as much again: a series of ten million values then never holds more than half of its size in reserve.
_GROWTH = 1.5
_FIRST_ROOM = 64


class Growing:
    """Numbers of one type; appending costs the same on average, however many there are."""

    def __init__(self, kind: DTypeLike) -> None:
        self._room: NDArray[Any] = np.empty(_FIRST_ROOM, dtype=kind)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def view(self) -> NDArray[Any]:
        """Everything so far, without a copy; what is appended later is not in it."""
        return self._room[: self._count]

    def extend(self, more: NDArray[Any]) -> None:
        """Append ``more``."""
        needed = self._count + len(more)
        if needed > len(self._room):
            larger = np.empty(max(needed, int(_GROWTH * len(self._room))), dtype=self._room.dtype)
            larger[: self._count] = self.view
            self._room = larger
        self._room[self._count : needed] = more
        self._count = needed
