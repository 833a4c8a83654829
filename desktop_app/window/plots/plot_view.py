"""The drawing area of a plot: axes, mouse, and saving what is seen."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QStyleOptionGraphicsItem, QWidget

from desktop_app.window.plots.log_axis import LogAxis
from desktop_app.window.plots.mouse import PlotMouse
from desktop_app.window.plots.saving import Saver
from desktop_app.window.theme import colours
from desktop_app.window.wording import figure

if TYPE_CHECKING:
    from desktop_app.window.plots.live_plot import LivePlot

TickWords: TypeAlias = Callable[[float, float], str]
"""Writes a value in as many digits as tell it from another that is the second number away."""

_AXIS_PIXELS = 56
# A number with its unit beside it.
_AXIS_WITH_UNIT_PIXELS = 68
# From a text below the axis to the next, counted in the height of a line; and from a line beside it to the next.
_GAP_ACROSS, _GAP_DOWN = 0.5, 0.2
# More digits have no room beside an axis; of ticks that are closer, the first is named.
_MOST_DIGITS = 4


class _Axis(LogAxis):
    """An axis that writes numbers as the rest of the window does."""

    as_share = False
    words: TickWords | None = None
    counts_epochs = False
    is_small = False
    picture: Any

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw ticks and texts straight away.

        pyqtgraph records them and plays the recording, which looks every text's font up anew: as dear as all the rest
        of a plot. What is to be drawn is kept until the axis changes.
        """
        painter.save()
        if self.picture is None:
            self.picture = self.generateDrawSpecs(painter)
        if self.picture is not None:
            self.drawPicture(painter, *self.picture)
        painter.restore()

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N803
        """Return how far ticks are apart, in levels: so far that their texts do not touch.

        pyqtgraph asks for two ticks and more, however short the axis is and however long their texts are.
        """
        levels: list[tuple[float, float]] = super().tickSpacing(minVal, maxVal, size)
        if self.logMode or not levels:
            return levels
        spacing = levels[0][0]
        while spacing < maxVal - minVal and spacing / (maxVal - minVal) * size < self._room(minVal, maxVal, spacing):
            # From 1 to 2, 5 and 10.
            is_two = f"{spacing:.0e}".startswith("2")
            spacing *= 2.5 if is_two else 2.0
        return levels if spacing == levels[0][0] else [(spacing, 0.0)]

    def _room(self, low: float, high: float, spacing: float) -> float:
        """Return how many pixels the text of a tick takes along the axis, with a gap behind it."""
        metrics = QFontMetricsF(self.font())
        if self.orientation == "left":
            return metrics.height() * (1.0 + _GAP_DOWN)
        places = (np.arange(math.ceil(low / spacing), math.floor(high / spacing) + 1) * spacing).tolist()
        widths = [metrics.horizontalAdvance(text) for text in self.tickStrings(places, 1.0, spacing)]
        return max(widths, default=0.0) + metrics.height() * _GAP_ACROSS

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return what stands at the ticks: shares in percent, very small numbers as 1e-4."""
        if self.logMode:
            return self.powers(values)
        if self.as_share:
            return [f"{value * 100:.{0 if spacing >= 0.01 else 1}f} %" for value in values]
        if self.words is not None:
            apart = max(spacing, max(map(abs, values), default=0.0) / 10 ** (_MOST_DIGITS - 1))
            texts = [self.words(value, apart) for value in values]
            return [text if text not in texts[:place] else "" for place, text in enumerate(texts)]
        if self.orientation == "bottom" and not (self.counts_epochs and spacing < 1.0):
            return [self._whole(value) if value >= 0 and value == round(value) else "" for value in values]
        if any(value and abs(value) < 1e-3 for value in values) and max(map(abs, values), default=0) < 0.02:
            return [figure(value) for value in values]
        return list(super().tickStrings(values, scale, spacing))

    def _whole(self, value: float) -> str:
        """Return a step as it stands below a plot: in thousands or millions where there is little room."""
        if not self.is_small or value < 1000:
            return f"{value:,.0f}"
        return f"{value / 1e6:g}M" if value >= 1e6 else f"{value / 1e3:g}k"


class PlotView(pg.PlotWidget):
    """``hovered`` carries the place under the mouse in the plot's own units, and in pixels from its upper left."""

    hovered = Signal(QPointF, QPointF)
    left = Signal()

    def __init__(self, plot: LivePlot) -> None:
        self._mouse = PlotMouse()
        super().__init__(viewBox=self._mouse, axisItems={"left": _Axis("left"), "bottom": _Axis("bottom")})
        self.saver = Saver(plot.title, plot, self.plotItem, plot.sheet)
        self._mouse.asked_to_save.connect(self._ask)
        self.hideButtons()
        self.setMenuEnabled(False)
        self.setAntialiasing(True)
        self.setFrameShape(self.Shape.NoFrame)
        self._mouse.setLimits(minXRange=2.0)
        self._mouse.setDefaultPadding(0.03)
        self._cross = pg.InfiniteLine(angle=90)
        self._cross.setVisible(False)
        self.addItem(self._cross, ignoreBounds=True)
        self._mouse.setAutoVisible(y=True)
        self._is_dragged = False
        self.painting_seconds = 0.0
        """How long the last painting took."""
        self.note = ""
        self._note = pg.TextItem(anchor=(1.0, 0.0))
        self._note.setParentItem(self._mouse)
        self._mouse.sigResized.connect(lambda *_: self._note.setPos(self._mouse.width() - 4, 14))
        self.scene().sigMouseMoved.connect(self._moved)

    def name_axes(self, bottom: str, *, small: bool, words: TickWords | None = None) -> None:
        """Write what the horizontal axis counts; small plots have fewer ticks. ``words`` writes values with a unit."""
        if bottom:
            self.setLabel("bottom", bottom)
        self.getAxis("left").setWidth(_AXIS_PIXELS if words is None else _AXIS_WITH_UNIT_PIXELS)
        self.getAxis("left").words = words
        self.getAxis("bottom").is_small = small
        # A grid line at each of the few ticks that have a number.
        self.getAxis("left").setStyle(maxTickLevel=0)
        self.getAxis("bottom").setStyle(maxTickLevel=1)
        if small:
            self.getAxis("bottom").setStyle(maxTickLevel=0)

    def set_log(self, log: bool) -> None:
        """Write powers of ten along the vertical axis; what is drawn are logarithms already."""
        self.getAxis("left").setLogMode(log)

    def count_epochs(self, by_epoch: bool, *, named: bool) -> None:
        """Count epochs along the horizontal axis, or steps."""
        self.getAxis("bottom").counts_epochs = by_epoch
        self._mouse.setLimits(minXRange=0.01 if by_epoch else 2.0)
        if named:
            self.setLabel("bottom", "Epoch" if by_epoch else "Step")

    def point_at(self, place: float) -> None:
        """Draw a line where the mouse is in another plot; NaN takes it away."""
        self._cross.setVisible(math.isfinite(place))
        if math.isfinite(place):
            self._cross.setPos(place)

    def say(self, text: str) -> None:
        """Write a note into the upper right corner; an empty text takes it away."""
        self.note = text
        self._note.setVisible(bool(text))
        if text:
            self._note.setText(text, color=colours().muted)

    def recolour(self, *, as_share: bool) -> None:
        """Take up the theme's colours."""
        shades = colours()
        self.setBackground(shades.surface)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(shades.line))
            axis.setTextPen(pg.mkPen(shades.muted))
            axis.enableAutoSIPrefix(False)
        self.getAxis("left").as_share = as_share
        if as_share:
            self._mouse.setLimits(yMin=-0.04, yMax=1.04, minYRange=0.02)
        self.showGrid(x=False, y=True, alpha=0.25)
        self._cross.setPen(pg.mkPen(shades.muted, style=Qt.PenStyle.DotLine))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and note how long that took."""
        began = time.perf_counter()
        super().paintEvent(event)
        self.painting_seconds = time.perf_counter() - began

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or tell what is under the mouse; not both, so that the plot keeps up with the mouse."""
        was, self._is_dragged = self._is_dragged, event.buttons() != Qt.MouseButton.NoButton
        if self._is_dragged and not was:
            self._cross.setVisible(False)
            self.left.emit()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Take the line under the mouse away."""
        self._cross.setVisible(False)
        self.left.emit()
        super().leaveEvent(event)

    def _moved(self, place: QPointF) -> None:
        if not self._is_dragged and self.sceneBoundingRect().contains(place):
            point = self._mouse.mapSceneToView(place)
            self._cross.setPos(point.x())
            self._cross.setVisible(True)
            self.hovered.emit(point, self._mouse.mapFromScene(place))

    def _ask(self, place: Any) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Fit everything", self._mouse.enableAutoRange)
        self.saver.add_to(menu)
        menu.popup(place.toPoint())
