"""A heat map of layers over steps: one picture, drawn for exactly the pixels that are seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGraphicsRectItem, QToolTip

from desktop_app.window.plots.mouse import PlotMouse
from desktop_app.window.theme import colours
from desktop_app.window.train.columns import any_in_columns, to_columns, usual
from desktop_app.window.train.layer_axis import LayerAxis
from desktop_app.window.train.layer_matrix import LayerMatrix
from desktop_app.window.train.scale import Kind, Scale
from desktop_app.window.train.shades import painted
from desktop_app.window.train.step_axis import StepAxis

# What the mouse moves through while it zooms is not drawn anew at once.
_SETTLE_MS = 30
_MOST_COLUMNS = 2400
_NAMES_SHARE = 0.28
_WIDEST_NAMES = 220


class HeatMap(pg.PlotWidget):
    """``chosen`` carries the row that was clicked or reached by the arrow keys; ``pointed`` row and step, or ``None``.

    Left and right move the step that is read off, Home and End go to the first and the last one.
    """

    chosen = Signal(int)
    pointed = Signal(object)
    asked_to_save = Signal(object)
    scale_changed = Signal()

    def __init__(self) -> None:
        self._mouse = _HeatMouse()
        self._names = LayerAxis()
        super().__init__(viewBox=self._mouse, axisItems={"left": self._names, "bottom": StepAxis("bottom")})
        self._matrix = LayerMatrix("")
        self._kind: Kind = "log"
        self.scale = Scale("log", -1.0, 0.0)
        self.has_broken = False
        self._centres = np.empty(0)
        self.row = -1
        self.step: float | None = None
        self._following = True
        self.hideButtons()
        self.setMenuEnabled(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(96)
        self.setLabel("bottom", "Step")
        self._image = pg.ImageItem(axisOrder="row-major")
        self.addItem(self._image, ignoreBounds=True)
        self._frame = QGraphicsRectItem()
        self._cross = pg.InfiniteLine(angle=90)
        for item in (self._frame, self._cross):
            item.setZValue(10)
            item.setVisible(False)
            self.addItem(item, ignoreBounds=True)
        self._mouse.disableAutoRange()
        self._mouse.setMouseEnabled(x=True, y=False)
        self._mouse.invertY(True)
        self._mouse.sigRangeChangedManually.connect(self._moved_by_hand)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.draw)
        self._mouse.sigXRangeChanged.connect(lambda *_: self._settle.start())
        self._mouse.fit_asked.connect(self.fit)
        self._mouse.clicked.connect(self._clicked)
        self._mouse.asked_to_save.connect(self.asked_to_save)
        self.scene().sigMouseMoved.connect(self._moved)
        self._recolour()

    def show_matrix(self, matrix: LayerMatrix, kind: Kind) -> None:
        """Show another quantity; the layer that is chosen stays chosen, and so does the part of the steps in view."""
        self._matrix, self._kind = matrix, kind
        self.draw()

    def choose(self, row: int) -> None:
        """Put the frame around a row, -1 for none, and tell nobody."""
        self.row = row
        self._place_frame()

    def fit(self) -> None:
        """Show all steps, and go on showing all of them as they grow."""
        self._following = True
        self.draw()

    def draw(self) -> None:
        """Draw what is in view of the matrix as it is now."""
        self._settle.stop()
        matrix = self._matrix
        count = len(matrix.layers)
        if tuple(matrix.layers) != self._names.names or self._names.width() > self._widest_names:
            self._names.show_names(matrix.layers, self._widest_names)
        if not count or not len(matrix.steps):
            self._image.clear()
            self._frame.setVisible(False)
            return
        if self._following:
            low, high = float(matrix.steps[0]), float(matrix.steps[-1])
            self._mouse.setRange(QRectF(low, 0.0, max(high - low, 1.0), float(count)), padding=0)
            self._settle.stop()
        else:
            self._mouse.setYRange(0.0, float(count), padding=0)
        self._draw_picture()
        self._place_frame()

    def read_off(self, row: int, step: float) -> tuple[int, float] | None:
        """Return step and value of what is seen of a layer at ``step``, or ``None`` where nothing is."""
        if not self._has_row(row):
            return None
        (low, high), columns = self._mouse.viewRange()[0], self._columns
        width = (high - low) / columns
        start = low + np.floor((step - low) / width) * width
        centre = self._centres[row] if row < len(self._centres) else 0.0
        # Beyond rounding, so that a step that lies on the edge of a column is its own.
        return self._matrix.find(
            row, start - 1e-6 * width, start + width, lambda values: np.abs(self.scale.units(values) - centre)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another layer, or another step, by the arrow keys."""
        rows = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        steps = self._matrix.steps
        if event.key() in rows and self._matrix.layers:
            row = min(max(self.row + rows[Qt.Key(event.key())], 0), len(self._matrix.layers) - 1)
            self._take_row(row)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End) and len(steps):
            last = len(steps) - 1
            place = last if self.step is None else int(np.searchsorted(steps, self.step))
            moves = {Qt.Key.Key_Left: place - 1, Qt.Key.Key_Right: place + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
            self._point_at(self.row, float(steps[min(max(moves[Qt.Key(event.key())], 0), last)]))
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Take the line under the mouse away."""
        self.step = None
        self._cross.setVisible(False)
        self.pointed.emit(None)
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew for the pixels that there are."""
        super().resizeEvent(event)
        if hasattr(self, "_settle"):
            self._names.show_names(self._matrix.layers, self._widest_names)
            self._settle.start()

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_settle"):
            self._recolour()
        super().changeEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the whole name of the layer under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = int(np.floor(self._mouse.mapSceneToView(self.mapToScene(event.pos())).y()))
            QToolTip.showText(event.globalPos(), self._matrix.layers[row] if self._has_row(row) else "", self)
            return True
        return bool(super().viewportEvent(event))

    @property
    def _columns(self) -> int:
        width = self._mouse.sceneBoundingRect().width() * self.devicePixelRatioF()
        return int(min(max(width, 2), _MOST_COLUMNS))

    @property
    def _widest_names(self) -> int:
        return round(min(_WIDEST_NAMES, max(self.width() * _NAMES_SHARE, 64)))

    def _has_row(self, row: int) -> bool:
        return 0 <= row < len(self._matrix.layers)

    def _draw_picture(self) -> None:
        matrix = self._matrix
        steps, values = matrix.steps, matrix.values
        scale = Scale.fitted(self._kind, values)
        units = scale.units(values)
        low, high = self._mouse.viewRange()[0]
        broken = matrix.measured & ~np.isfinite(values)
        units = np.where(broken, np.nan, units)
        self._centres = np.zeros(len(units)) if self._kind == "signed" else usual(units)
        columns = self._columns
        if len(steps) == 1:
            # The first sample is all there is: a line of one pixel at the edge would not be seen.
            steps, units, broken = np.array([low, high]), np.repeat(units, 2, axis=1), np.repeat(broken, 2, axis=1)
        places = scale.places(to_columns(steps, units, low, high, columns, self._centres))
        has_broken = bool(broken.any())
        flags = any_in_columns(steps, broken, low, high, columns) if has_broken else np.zeros(places.shape, np.bool_)
        self._image.setImage(painted(places, flags, self._kind), autoLevels=False, levels=(0, 255))
        self._image.setRect(QRectF(low, 0.0, high - low, float(len(units))))
        if (scale, has_broken) != (self.scale, self.has_broken):
            self.scale, self.has_broken = scale, has_broken
            self.scale_changed.emit()

    def _place_frame(self) -> None:
        shown = self._has_row(self.row)
        self._frame.setVisible(shown)
        if shown:
            low, high = self._mouse.viewRange()[0]
            self._frame.setRect(QRectF(low, float(self.row), high - low, 1.0))

    def _moved_by_hand(self) -> None:
        self._following = False

    def _clicked(self, place: QPointF) -> None:
        point = self._mouse.mapSceneToView(place)
        row = int(np.floor(point.y()))
        if self._has_row(row):
            self._take_row(row)

    def _take_row(self, row: int) -> None:
        self.choose(row)
        self.chosen.emit(row)

    def _moved(self, place: QPointF) -> None:
        if not self._mouse.sceneBoundingRect().contains(place):
            return
        point = self._mouse.mapSceneToView(place)
        self._point_at(int(np.floor(point.y())), point.x())

    def _point_at(self, row: int, step: float) -> None:
        self.step = step
        self._cross.setPos(step)
        self._cross.setVisible(True)
        self.pointed.emit((row, step) if self._has_row(row) else None)

    def _recolour(self) -> None:
        shades = colours()
        self.setBackground(shades.surface)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(shades.line))
            axis.setTextPen(pg.mkPen(shades.muted))
        self.getAxis("bottom").enableAutoSIPrefix(False)
        self.setLabel("bottom", "Step", color=shades.muted)
        self._frame.setPen(pg.mkPen(shades.text, width=2))
        self._cross.setPen(pg.mkPen(shades.muted, style=Qt.PenStyle.DotLine))
        self.draw()


class _HeatMouse(PlotMouse):
    """A double click and a left click are told of, as only the map knows what they mean."""

    fit_asked = Signal()
    clicked = Signal(QPointF)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Ask for everything."""
        self.fit_asked.emit()
        event.accept()

    def mouseClickEvent(self, event: Any) -> None:
        """Tell where it was clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.clicked.emit(event.scenePos())
            return
        super().mouseClickEvent(event)
