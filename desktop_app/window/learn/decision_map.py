"""A plane of two classes: the points, how likely the second class is at each place, and where the decision turns."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QTransform
from PySide6.QtWidgets import QWidget

from desktop_app.engine.sheet import Sheet
from desktop_app.window.building_blocks import column, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.plots.mouse import PlotMouse
from desktop_app.window.plots.saving import Saver
from desktop_app.window.theme import colours

_FIRST, _SECOND = 0, 1
_STRENGTH = 0.55


class DecisionMap(QWidget):
    """Drag the dashed line: ``line_moved`` carries the height at which the plane is cut."""

    line_moved = Signal(float)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._x = self._y = np.empty(0)
        self._likely = np.empty((0, 0))
        self._points = np.empty((0, 2))
        self._labels = np.empty(0, dtype=np.int64)
        self._mouse = PlotMouse()
        self.view = pg.PlotWidget(viewBox=self._mouse)
        self.view.hideButtons()
        self.view.setMenuEnabled(False)
        self.view.setFrameShape(self.view.Shape.NoFrame)
        self._image = pg.ImageItem()
        self._image.setZValue(-20)
        self._border = pg.IsocurveItem(level=0.5)
        self._border.setParentItem(self._image)
        self._scatters = [pg.ScatterPlotItem(size=6), pg.ScatterPlotItem(size=6)]
        self.line = pg.InfiniteLine(angle=0, movable=True)
        for item in (self._image, *self._scatters, self.line):
            self.view.addItem(item)
        self.line.sigPositionChanged.connect(lambda: self.line_moved.emit(float(self.line.value())))
        self.saver = Saver(title, self, self.view.plotItem, self.sheet)
        self._mouse.asked_to_save.connect(lambda place: self.saver.popup(place.toPoint()))
        self.caption = ElidedLabel("", "small")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = row(label(title, "heading"), self.caption, spacing=12)
        head.setStretch(1, 1)
        head.setContentsMargins(12, 8, 12, 0)
        layout = column(head, self.view, spacing=0)
        layout.setContentsMargins(0, 0, 8, 4)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._recolour()

    def show_plane(
        self, x: np.ndarray, y: np.ndarray, likely: np.ndarray, points: np.ndarray, labels: np.ndarray
    ) -> None:
        """Show the probability of the second class, ``[y, x]`` at ``x`` and ``y``, and ``points`` of both classes."""
        self._x, self._y, self._likely, self._points, self._labels = x, y, likely, points, labels
        step_x, step_y = x[1] - x[0], y[1] - y[0]
        self._image.setTransform(QTransform())
        for place, scatter in enumerate(self._scatters):
            scatter.setData(pos=points[labels == place])
        area = QRectF(x[0] - step_x / 2, y[0] - step_y / 2, step_x * len(x), step_y * len(y))
        self._recolour()
        self._image.setRect(area)
        # The border is drawn in the image's own places, whose middles lie half a place further.
        self._border.setData(likely.T)
        self._border.setTransform(QTransform.fromTranslate(0.5, 0.5))
        self.line.setBounds((float(y[0]), float(y[-1])))
        self._mouse.setRange(area, padding=0)

    def move_line(self, height: float) -> None:
        """Put the line at ``height`` without saying so."""
        self.line.blockSignals(True)
        self.line.setValue(height)
        self.line.blockSignals(False)

    def sheet(self) -> Sheet:
        """Return the plane, a row a place."""
        rows = [
            (x, y, float(self._likely[down, right]))
            for down, y in enumerate(self._y.tolist())
            for right, x in enumerate(self._x.tolist())
        ]
        return Sheet(("x", "y", "probability_of_the_second_class"), rows)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    def _recolour(self) -> None:
        shades = colours()
        self.view.setBackground(shades.surface)
        for name in ("bottom", "left"):
            axis = self.view.getAxis(name)
            axis.setPen(pg.mkPen(shades.line))
            axis.setTextPen(pg.mkPen(shades.muted))
        self.line.setPen(pg.mkPen(shades.text, style=Qt.PenStyle.DashLine))
        self.line.setHoverPen(pg.mkPen(shades.accent, style=Qt.PenStyle.DashLine))
        self._border.setPen(pg.mkPen(shades.text))
        for place, scatter in enumerate(self._scatters):
            scatter.setBrush(pg.mkBrush(shades.runs[place]))
            scatter.setPen(pg.mkPen(shades.surface))
        if self._likely.size:
            painted = _painted(self._likely, shades.surface, shades.runs[_FIRST], shades.runs[_SECOND])
            self._image.setImage(painted, levels=(0, 255), axisOrder="row-major")


def _painted(likely: np.ndarray, surface: str, first: str, second: str) -> np.ndarray:
    """Return a picture, ``uint8 [y, x, 3]``: the surface where nothing is decided, a class's colour where all is."""
    base, low, high = (_channels(name) for name in (surface, first, second))
    sure = _STRENGTH * np.abs(2.0 * likely - 1.0)[..., None]
    towards = np.where(likely[..., None] < 0.5, low, high)
    return (base * (1.0 - sure) + towards * sure).astype(np.uint8)


def _channels(name: str) -> np.ndarray:
    colour = QColor(name)
    return np.array([colour.red(), colour.green(), colour.blue()], dtype=np.float64)
