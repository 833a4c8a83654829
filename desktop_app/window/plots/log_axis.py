"""An axis that may count in powers of ten, and names numbers on it wherever it is zoomed to."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import pyqtgraph as pg

from desktop_app.window.wording import figure

# An axis of more powers of ten than this has no room for 2 and 5 between them.
_DECADES_WITH_STEPS = 2.5
# One of fewer has room for all from 1 to 9.
_DECADES_WITH_ALL = 0.5
_FEWEST_TICKS = 2

_Levels: TypeAlias = list[tuple[float | None, list[float]]]


class LogAxis(pg.AxisItem):
    """Counts as any other axis does until ``setLogMode`` is called; places are then the logarithms of numbers."""

    _is_even = False

    def tickValues(self, minVal: float, maxVal: float, size: float) -> _Levels:  # noqa: N803 - pyqtgraph's names
        """Return the places of ticks in levels, the coarsest first.

        pyqtgraph knows no tick between two neighbours of 1 to 9 in a power of ten: an axis that shows less has evenly
        spaced numbers.
        """
        levels: _Levels = super().tickValues(minVal, maxVal, size)
        self._is_even = self.logMode and sum(len(places) for _, places in levels) < _FEWEST_TICKS
        if not self._is_even:
            return levels
        low, high = 10.0**minVal, 10.0**maxVal
        for spacing, _ in pg.AxisItem.tickSpacing(self, low, high, size):
            numbers = np.arange(math.ceil(low / spacing), math.floor(high / spacing) + 1) * spacing
            if len(numbers) >= _FEWEST_TICKS:
                return [(spacing, np.log10(numbers).tolist())]
        return levels

    def powers(self, places: list[float]) -> list[str]:
        """Return the numbers at the ticks of an axis of powers of ten; empty for those there is no room for."""
        decades = abs(self.range[1] - self.range[0])
        if self._is_even:
            return [figure(10**place) for place in places]
        some = (1, 2, 5) if decades < _DECADES_WITH_STEPS else (1,)
        named = tuple(range(1, 10)) if decades < _DECADES_WITH_ALL else some
        # The leading digit; ``1e-9`` for a place that is a little less than a whole power.
        return [
            figure(10**place) if round(10 ** (place - math.floor(place + 1e-9)), 3) in named else "" for place in places
        ]
