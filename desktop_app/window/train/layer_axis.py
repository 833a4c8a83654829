"""The axis of a heat map that names its rows, long names shortened in the middle."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics

_FONT_PIXELS = 11
_ROOM = 14
_NARROWEST = 48


class LayerAxis(pg.AxisItem):
    """Row ``i`` lies between ``i`` and ``i + 1``; where rows are lower than letters, some go without a name."""

    def __init__(self) -> None:
        super().__init__("left")
        self.names: tuple[str, ...] = ()
        self._font = QFont()
        self._font.setPixelSize(_FONT_PIXELS)
        self.setTickFont(self._font)
        self.setStyle(tickLength=0, autoExpandTextSpace=False)

    def show_names(self, names: Sequence[str], widest: int) -> None:
        """Name the rows; the axis becomes as wide as the longest name, up to ``widest`` pixels."""
        self.names = tuple(names)
        longest = max((QFontMetrics(self._font).horizontalAdvance(name) for name in names), default=0)
        self.setWidth(min(max(longest + _ROOM, _NARROWEST), widest))
        self.picture = None
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return the middles of the rows that have room for a name."""
        if not self.names:
            return []
        height = size / max(abs(high - low), 1e-9)
        stride = max(1, -(-QFontMetrics(self._font).height() // max(round(height), 1)))
        return [(float(stride), [row + 0.5 for row in range(0, len(self.names), stride)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return the names at these places."""
        metrics, room = QFontMetrics(self._font), round(self.width()) - _ROOM
        return [
            metrics.elidedText(self.names[int(value)], Qt.TextElideMode.ElideMiddle, room)
            if 0 <= int(value) < len(self.names)
            else ""
            for value in values
        ]
