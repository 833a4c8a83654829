"""All lines of a plot as one item of its scene: what they cost is their points, not their number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop_app.window.plots.thinning import Floats

_DOT = 4.0
# More dots than this lie on one another.
_MOST_DOTS = 150

Bounds = tuple[float, float] | None


class Line:
    """A line through ``heights`` over ``places``, which go up; it has a gap where a height is not finite."""

    def __init__(self, *, has_dots: bool = False) -> None:
        self.places: Floats = np.empty(0)
        self.heights: Floats = np.empty(0)
        self.is_visible = True
        self.pen = QPen()
        self.has_dots = has_dots
        self._range: Bounds = None
        self._shape: QPolygonF | QPainterPath | None = None

    def set_points(self, places: Floats, heights: Floats) -> None:
        """Go through these points instead of those before."""
        self.places, self.heights = places, heights
        self._range = _range_of(heights)
        self._shape = None

    @property
    def ends(self) -> Bounds:
        """Where it begins and ends; ``None`` without a point, or where nobody knows yet where its points stand."""
        if not len(self.places) or not np.isfinite(self.places[0]):
            return None
        return float(self.places[0]), float(self.places[-1])

    def reach(self, low: float, high: float) -> Bounds:
        """Return its lowest and its highest height from ``low`` to ``high``; ``None`` where there is none."""
        ends = self.ends
        if ends is None or (low <= ends[0] and ends[1] <= high):
            return self._range if ends is not None else None
        first, last = np.searchsorted(self.places, low, "left"), np.searchsorted(self.places, high, "right")
        return _range_of(self.heights[first:last])

    def paint(self, painter: QPainter, *, with_dots: bool) -> None:
        """Draw it, with dots where it has them, is to show them, and they are few."""
        if self.ends is None or self._range is None:
            return
        if self._shape is None:
            # A polygon is drawn faster than a path, but has no gaps.
            has_gaps = not np.isfinite(self.heights).all()
            make = pg.functions.arrayToQPath if has_gaps else pg.functions.arrayToQPolygonF
            self._shape = make(self.places, self.heights, **({"connect": "finite"} if has_gaps else {}))
        painter.setPen(self.pen)
        if isinstance(self._shape, QPolygonF):
            painter.drawPolyline(self._shape)
        else:
            painter.drawPath(self._shape)
        if self.has_dots and with_dots and len(self.places) <= _MOST_DOTS:
            pen = QPen(self.pen.color(), _DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            pen.setCosmetic(True)
            painter.setPen(pen)
            finite = np.isfinite(self.heights)
            painter.drawPoints(pg.functions.arrayToQPolygonF(self.places[finite], self.heights[finite]))


class LineLayer(pg.GraphicsObject):
    """Draws ``lines``, the first undermost; whoever changes one calls ``lines_changed`` afterwards.

    pyqtgraph has two items a curve, each of which is asked for its bounds a dozen times at each paint: with twenty
    runs, several times as dear as drawing them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.with_dots = True
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def lines_changed(self) -> None:
        """Have the view fit itself to the lines, and draw them."""
        self.informViewBoundsChanged()
        self.update()

    def viewRangeChanged(self) -> None:
        """Take note that other places are in sight, as pyqtgraph calls it."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        """Return what is in sight: the view cuts off everything else."""
        view = self.getViewBox()
        return QRectF() if view is None else QRectF(view.viewRect())

    def dataBounds(
        self,
        axis: int,
        frac: float = 1.0,
        orthoRange: Any = None,  # noqa: N803 - pyqtgraph passes it by this name
    ) -> tuple[float | None, float | None]:
        """Return the lowest and the highest place (``axis`` 0) or height (1) of all visible lines.

        pyqtgraph calls it to fit the view; ``orthoRange`` bounds the places whose heights count.
        """
        low, high = orthoRange or (-np.inf, np.inf)
        visible = [line for line in self.lines if line.is_visible]
        found = [line.ends if axis == 0 else line.reach(low, high) for line in visible]
        bounds = [each for each in found if each is not None]
        if not bounds:
            return None, None
        return min(each[0] for each in bounds), max(each[1] for each in bounds)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the lines."""
        for line in self.lines:
            if line.is_visible:
                line.paint(painter, with_dots=self.with_dots)


def _range_of(heights: Floats) -> Bounds:
    finite = heights[np.isfinite(heights)]
    return (float(finite.min()), float(finite.max())) if len(finite) else None
