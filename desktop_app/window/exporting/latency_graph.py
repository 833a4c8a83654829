"""Accuracy over latency, a bubble a variant, as large as its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from desktop_app.engine.export import Exported
from desktop_app.engine.sheet import Sheet
from desktop_app.window.exporting.card_words import title_of
from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.theme import colours
from desktop_app.window.wording import size

if TYPE_CHECKING:
    from desktop_app.window.exporting.exports import Exports

_LARGEST = 44
_SMALLEST = 10
_ALPHA = 190
_ORDER = ("float32", "float16", "int8")


class LatencyGraph(Graph):
    """Empty where no latency was measured; the dashed line is the accuracy that is still accepted."""

    def __init__(self) -> None:
        self._shown: list[Exported] = []
        self._bubbles: Any = None
        super().__init__("Accuracy and latency", "one sample (ms)", "accuracy (%)", sheet=self._numbers)
        self._bubbles = pg.ScatterPlotItem(pxMode=True)
        self._bubbles.setZValue(10)
        self.view.addItem(self._bubbles)

    def sizeHint(self) -> QSize:
        """Return the room that a plot of a few bubbles takes."""
        return QSize(400, 300)

    @property
    def has_something(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self._shown)

    def show_exports(self, exports: Exports) -> None:
        """Draw these in place of those before."""
        self._shown = [each for each in exports.exported if each.latency is not None and each.card.labels]
        if not self._shown:
            self.show_curves([])
            self._draw_bubbles()
            return
        x = np.array([each.latency.single_ms for each in self._shown if each.latency is not None])
        y = np.array([100.0 * (each.parity.accuracy_onnx or 0.0) for each in self._shown])
        best = 100.0 * (self._shown[0].parity.accuracy_torch or 0.0)
        least = best - 100.0 * exports.most_lost
        right = float(x.max()) * 1.35
        line = Curve("least that is accepted", np.array([0.0, right]), np.array([least, least]), 5, dashed=True)
        points = []
        for place, each in enumerate(self._shown):
            name = f"{title_of(each)}, {size(each.card.size_bytes)}"
            points.append(Curve(name, x[place : place + 1], y[place : place + 1], _colour(each)))
        self.show_curves([*points, line])
        self._draw_bubbles()
        low, high = min(float(y.min()), least), max(float(y.max()), best)
        room = max(0.25 * (high - low), 0.5)
        self.view.setRange(xRange=(0.0, right), yRange=(low - room, high + room), padding=0.0)

    def _numbers(self) -> Sheet:
        """Return what is saved: a line a file."""
        rows = [
            (
                title_of(each),
                each.latency.single_ms,
                each.latency.batch_ms,
                each.parity.accuracy_onnx,
                each.card.size_bytes,
            )
            for each in self._shown
            if each.latency is not None
        ]
        return Sheet(("variant", "one_ms", "in_a_batch_ms", "accuracy", "size_bytes"), rows)

    def _draw_bubbles(self) -> None:
        largest = max((each.card.size_bytes for each in self._shown), default=1)
        shades = colours()
        spots = []
        for each in self._shown:
            assert each.latency is not None
            colour = QColor(shades.runs[_colour(each)])
            colour.setAlpha(_ALPHA)
            # The area is as the size: what is half as large covers half as much.
            across = max(_LARGEST * (each.card.size_bytes / largest) ** 0.5, _SMALLEST)
            place = (each.latency.single_ms, 100.0 * (each.parity.accuracy_onnx or 0.0))
            spots.append({"pos": place, "size": across, "brush": pg.mkBrush(colour), "pen": pg.mkPen(None)})
        self._bubbles.setData(spots)

    def _recolour(self) -> None:
        super()._recolour()
        if self._bubbles is not None:
            self._draw_bubbles()


def _colour(exported: Exported) -> int:
    return _ORDER.index(exported.variant)
