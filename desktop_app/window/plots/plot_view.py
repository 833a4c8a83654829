"""The drawing area of a plot: axes, mouse, and saving what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QMenu

from desktop_app.window.plots.mouse import PlotMouse
from desktop_app.window.plots.saving import Saver
from desktop_app.window.theme import colours
from desktop_app.window.wording import figure

if TYPE_CHECKING:
    from desktop_app.window.plots.live_plot import LivePlot


class _Axis(pg.AxisItem):
    """An axis that writes numbers as the rest of the window does."""

    as_share = False

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return what stands at the ticks: shares in percent, very small numbers as 1e-4."""
        if self.as_share:
            return [f"{value * 100:.{0 if spacing >= 0.01 else 1}f} %" for value in values]
        if self.orientation == "bottom":
            return [f"{value:,.0f}" if value == round(value) else "" for value in values]
        if any(value and abs(value) < 1e-3 for value in values) and max(map(abs, values), default=0) < 0.02:
            return [figure(value) for value in values]
        return list(super().tickStrings(values, scale, spacing))


class PlotView(pg.PlotWidget):
    """``hovered`` carries the place under the mouse in the plot's own units."""

    hovered = Signal(QPointF)
    left = Signal()

    def __init__(self, plot: LivePlot) -> None:
        self._mouse = PlotMouse()
        super().__init__(viewBox=self._mouse, axisItems={"left": _Axis("left"), "bottom": _Axis("bottom")})
        self._saver = Saver(plot.title, plot, self.plotItem, plot.sheet)
        self._mouse.asked_to_save.connect(self._ask)
        self.hideButtons()
        self.setMenuEnabled(False)
        self.setAntialiasing(True)
        self.setFrameShape(self.Shape.NoFrame)
        self._mouse.setLimits(xMin=-1.0, minXRange=2.0)
        self._mouse.setDefaultPadding(0.03)
        self._cross = pg.InfiniteLine(angle=90)
        self._cross.setVisible(False)
        self.addItem(self._cross, ignoreBounds=True)
        self.scene().sigMouseMoved.connect(self._moved)

    def name_axes(self, bottom: str, *, small: bool) -> None:
        """Write what the horizontal axis counts; small plots have fewer ticks."""
        if bottom:
            self.setLabel("bottom", bottom)
        self.getAxis("left").setWidth(56)
        if small:
            self.getAxis("left").setStyle(maxTickLevel=0)
            self.getAxis("bottom").setStyle(maxTickLevel=0)

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

    def leaveEvent(self, event: QEvent) -> None:
        """Take the line under the mouse away."""
        self._cross.setVisible(False)
        self.left.emit()
        super().leaveEvent(event)

    def _moved(self, place: QPointF) -> None:
        if self.sceneBoundingRect().contains(place):
            point = self._mouse.mapSceneToView(place)
            self._cross.setPos(point.x())
            self._cross.setVisible(True)
            self.hovered.emit(point)

    def _ask(self, place: Any) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Fit everything", self._mouse.enableAutoRange)
        self._saver.add_to(menu)
        menu.popup(place.toPoint())
