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

    def make_room(self, count: int) -> None:
        """See to it that ``count`` values in all have room, where it is known that they will come."""
        if count > len(self._room):
            larger = np.empty(count, dtype=self._room.dtype)
            larger[: self._count] = self.view
            self._room = larger

    def extend(self, more: NDArray[Any]) -> None:
        """Append ``more``."""
        needed = self._count + len(more)
        if needed > len(self._room):
            self.make_room(max(needed, int(_GROWTH * len(self._room))))
        self._room[self._count : needed] = more
        self._count = needed
