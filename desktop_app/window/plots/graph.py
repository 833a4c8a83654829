"""A plot of curves that are there as a whole: title, legend, values under the mouse, themed, saved by a right click.

What grows while it is watched is drawn by ``live_plot.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from desktop_app.engine.sheet import Sheet
from desktop_app.window.building_blocks import column, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.plots.legend import Legend
from desktop_app.window.plots.log_axis import LogAxis
from desktop_app.window.plots.mouse import PlotMouse
from desktop_app.window.plots.saving import Saver
from desktop_app.window.theme import colours
from desktop_app.window.wording import figure

# More than a screen has pixels; evenly thinned curves of more points look the same and cost time at each paint.
_POINTS = 4000


@dataclass(frozen=True)
class Curve:
    """One curve: its name in the legend, its numbers, and its place in the palette of runs.

    A curve without a name belongs to another one: the legend and what is read off under the mouse leave it out.
    """

    title: str
    x: np.ndarray
    y: np.ndarray
    colour: int = 0
    dashed: bool = False


class Graph(QWidget):
    """Shows curves over one another; ``show_curves`` replaces them all.

    Args:
        title: What stands above the plot, and names what is saved.
        bottom: Name and unit of the horizontal axis.
        left: Name and unit of the vertical axis.
        log_x, log_y: Whether an axis counts in powers of ten; what is not above 0 is then left out.
        sheet: Gives the numbers that are saved; by default, those of the curves.
        legend: Whether each curve's name stands above the plot.
        whole_x: Whether the horizontal axis counts things, of which there are no halves.
    """

    def __init__(
        self,
        title: str,
        bottom: str,
        left: str,
        *,
        log_x: bool = False,
        log_y: bool = False,
        sheet: Callable[[], Sheet] | None = None,
        legend: bool = True,
        whole_x: bool = False,
    ) -> None:
        super().__init__()
        self.title = title
        self.curves: tuple[Curve, ...] = ()
        self._log_x, self._log_y, self._has_legend = log_x, log_y, legend
        self._bottom, self._left = bottom, left
        self._mouse = PlotMouse()
        axes = {"bottom": _Axis("bottom", whole=whole_x), "left": _Axis("left")}
        self.view = pg.PlotWidget(viewBox=self._mouse, axisItems=axes)
        self.view.hideButtons()
        self.view.setMenuEnabled(False)
        self.view.setAntialiasing(True)
        self.view.setFrameShape(self.view.Shape.NoFrame)
        self.view.setLogMode(x=log_x, y=log_y)
        self.saver = Saver(title, self, self.view.plotItem, sheet or self.sheet)
        self._mouse.asked_to_save.connect(self._ask)
        self._mouse.setDefaultPadding(0.03)
        self._items: list[pg.PlotDataItem] = []
        self._readout = ElidedLabel("", "small")
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._legend = Legend()
        name = ElidedLabel(title, "heading")
        heading = row(name, spacing=12)
        # The title gives way last: the readout takes what is left beside it.
        heading.addWidget(self._readout, 1)
        head = column(heading, self._legend, spacing=2)
        head.setContentsMargins(12, 8, 12, 0)
        layout = column(head, self.view, spacing=0)
        layout.setStretch(1, 1)
        layout.setContentsMargins(0, 0, 8, 4)
        self.setLayout(layout)
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(128)
        self.view.scene().sigMouseMoved.connect(self._moved)
        self._recolour()

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """Draw these curves instead of those before; the view stays where it was zoomed to."""
        names = [(curve.title, curve.colour, curve.dashed) for curve in curves]
        changed = names != [(curve.title, curve.colour, curve.dashed) for curve in self.curves]
        self.curves = tuple(curves)
        if changed:
            self._rebuild()
        for item, curve in zip(self._items, self.curves, strict=True):
            item.setData(*self._thinned(curve), connect="finite")

    def sheet(self) -> Sheet:
        """Return every point of every curve."""
        rows = [
            (curve.title, x, y)
            for curve in self.curves
            for x, y in zip(curve.x.tolist(), curve.y.tolist(), strict=True)
        ]
        return Sheet(("curve", self._bottom, self._left), rows)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    def _thinned(self, curve: Curve) -> tuple[np.ndarray, np.ndarray]:
        stride = max(1, math.ceil(len(curve.x) / _POINTS))
        x, y = np.asarray(curve.x, float)[::stride], np.asarray(curve.y, float)[::stride]
        if self._log_x:
            x = np.where(x > 0, x, np.nan)
        if self._log_y:
            y = np.where(y > 0, y, np.nan)
        return x, y

    def _rebuild(self) -> None:
        for item in self._items:
            self.view.removeItem(item)
        self._items = [self.view.plot([], []) for _ in self.curves]
        if self._has_legend:
            self._legend.show_names([(curve.title, curve.dashed) for curve in self._named])
        self._recolour()

    def _recolour(self) -> None:
        shades = colours()
        self.view.setBackground(shades.surface)
        for name, text in (("bottom", self._bottom), ("left", self._left)):
            axis = self.view.getAxis(name)
            axis.setPen(pg.mkPen(shades.line))
            axis.setTextPen(pg.mkPen(shades.muted))
            # Turned off alone, a prefix is worked out once more, and values below 1 are then shown a thousandfold.
            axis.setSIPrefixEnableRanges(())
            axis.enableAutoSIPrefix(False)
            self.view.setLabel(name, text, color=shades.muted)
        self.view.showGrid(x=True, y=True, alpha=0.15)
        for item, curve in zip(self._items, self.curves, strict=True):
            colour = QColor(shades.runs[curve.colour % len(shades.runs)])
            pattern = Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine
            # One pixel wide: wider pens are several times slower to draw.
            item.setPen(pg.mkPen(colour, width=1, style=pattern))
        if self._has_legend:
            self._legend.recolour([QColor(shades.runs[curve.colour % len(shades.runs)]) for curve in self._named])

    @property
    def _named(self) -> list[Curve]:
        return [curve for curve in self.curves if curve.title]

    def _moved(self, place: QPointF) -> None:
        if not self.view.sceneBoundingRect().contains(place):
            self._readout.setText("")
            return
        point = self._mouse.mapSceneToView(place)
        x = 10 ** point.x() if self._log_x else point.x()
        texts = [f"{self._bottom} {figure(x)}"]
        for curve in self._named:
            if len(curve.x):
                nearest = int(np.nanargmin(np.abs(np.asarray(curve.x, float) - x)))
                texts.append(f"{curve.title} {figure(float(curve.y[nearest]))}")
        self._readout.setText("   ".join(texts))

    def _ask(self, place: Any) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Fit everything", self._mouse.enableAutoRange)
        self.saver.add_to(menu)
        menu.popup(place.toPoint())


class _Axis(LogAxis):
    """An axis that counts numbers, or ``whole`` things: it has ticks at whole numbers alone then."""

    def __init__(self, orientation: str, *, whole: bool = False) -> None:
        super().__init__(orientation)
        self._whole = whole

    def tickSpacing(self, minimum: float, maximum: float, size: float) -> list[tuple[float, float]]:
        """Return the distances of ticks, the largest first, each with an offset."""
        spacings: list[tuple[float, float]] = super().tickSpacing(minimum, maximum, size)
        if not self._whole:
            return spacings
        return [each for each in spacings if each[0] >= 1.0] or [(1.0, 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return a text for each tick."""
        return self.powers(values) if self.logMode else list(super().tickStrings(values, scale, spacing))
