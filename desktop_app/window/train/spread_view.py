"""How a layer's weights, gradients, updates or activations were spread over time, and the latest spread large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.engine.sheet import Sheet
from desktop_app.store.metrics import Histogram
from desktop_app.window.building_blocks import column, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.plots.mouse import PlotMouse
from desktop_app.window.plots.saving import Saver
from desktop_app.window.theme import colours
from desktop_app.window.train.columns import to_columns
from desktop_app.window.train.quantities import spread_title
from desktop_app.window.train.shades import painted
from desktop_app.window.train.spread import Spread, spread_of
from desktop_app.window.train.step_axis import StepAxis
from desktop_app.window.wording import count

_MOST_COLUMNS = 600
_LATEST_PIXELS = 110
_FILL_ALPHA = 110
_AXIS_PIXELS = 40


class SpreadView(QWidget):
    """The mouse over the picture shows the spread at that step beside it; elsewhere it is the latest."""

    def __init__(self) -> None:
        super().__init__()
        self.title = "Spread of values"
        self.keys = ChoiceBox()
        self.keys.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.keys.setMinimumContentsLength(11)
        self.keys.setAccessibleName("Spread of what")
        self._histograms: tuple[Histogram, ...] = ()
        self._spread: Spread | None = None
        self._caption = ElidedLabel("", "small")
        self._caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._mouse, self._side_mouse = PlotMouse(), PlotMouse()
        self.view, self.side = (
            pg.PlotWidget(viewBox=mouse, axisItems={"bottom": StepAxis("bottom")})
            for mouse in (self._mouse, self._side_mouse)
        )
        for view in (self.view, self.side):
            view.hideButtons()
            view.setMenuEnabled(False)
            view.setFrameShape(view.Shape.NoFrame)
            view.setMinimumSize(60, 60)
        self.side.setFixedWidth(_LATEST_PIXELS)
        self.side.hideAxis("left")
        self.side.getAxis("bottom").setStyle(showValues=False)
        self._side_mouse.setYLink(self._mouse)
        self._side_mouse.setMouseEnabled(x=False, y=False)
        self._image = pg.ImageItem(axisOrder="row-major")
        self.view.addItem(self._image, ignoreBounds=True)
        self._bars = pg.PlotCurveItem()
        self.side.addItem(self._bars, ignoreBounds=True)
        self._mouse.disableAutoRange()
        self._side_mouse.disableAutoRange()
        self.saver = Saver(self.title, self, self.view.plotItem, self.sheet)
        for mouse in (self._mouse, self._side_mouse):
            mouse.asked_to_save.connect(lambda place: self.saver.popup(place.toPoint()))
        self.view.scene().sigMouseMoved.connect(self._moved)
        head = row(self.keys, self._caption, spacing=12)
        head.setStretch(1, 1)
        head.setContentsMargins(12, 8, 12, 0)
        plots = row(self.view, self.side, spacing=0)
        plots.setStretch(0, 1)
        layout = column(head, plots, spacing=0)
        layout.setStretch(1, 1)
        layout.setContentsMargins(0, 0, 8, 4)
        self.setLayout(layout)
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._recolour()

    def show_keys(self, keys: Sequence[str], wanted: str) -> None:
        """Offer histograms of these; ``wanted`` is chosen where what was chosen is not among them."""
        before = self.keys.currentData()
        if [self.keys.itemData(place) for place in range(self.keys.count())] != list(keys):
            self.keys.blockSignals(True)
            self.keys.clear()
            for key in keys:
                self.keys.addItem(spread_title(key), key)
            chosen = before if before in keys else wanted
            self.keys.setCurrentIndex(max(self.keys.findData(chosen), 0 if keys else -1))
            self.keys.blockSignals(False)
        self.keys.setEnabled(bool(keys))

    @property
    def key(self) -> str:
        """What is chosen, such as ``weights``; empty where there is nothing."""
        return str(self.keys.currentData() or "")

    def show_histograms(self, histograms: Sequence[Histogram]) -> None:
        """Draw these in place of those before."""
        if tuple(map(id, histograms)) == tuple(map(id, self._histograms)):
            return
        self._histograms = tuple(histograms)
        self._spread = spread_of(histograms)
        self._draw()

    def sheet(self) -> Sheet:
        """Return every bin of every histogram as it was recorded."""
        rows: list[tuple[Any, ...]] = []
        for each in self._histograms:
            edges = np.linspace(each.low, each.high, len(each.counts) + 1).tolist()
            bins = zip(edges[:-1], edges[1:], each.counts.tolist(), strict=True)
            rows += [(each.step, low, high, number) for low, high, number in bins]
        return Sheet(("step", "low", "high", "count"), rows)

    @property
    def caption(self) -> str:
        """What is said of the spread that is shown large."""
        return self._caption.text()

    def leaveEvent(self, event: QEvent) -> None:
        """Go back to the latest."""
        self._show_side(-1)
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_bars"):
            self._recolour()
        super().changeEvent(event)

    def _draw(self) -> None:
        spread = self._spread
        if spread is None:
            self._image.clear()
            self._bars.setData([], [])
            self._caption.setText("Nothing recorded of this layer" if self.keys.count() else "No histograms yet")
            return
        first, last = float(spread.steps[0]), float(spread.steps[-1])
        width = max(last - first, 1.0)
        # Each column to its own largest bin, else the narrow ones of early steps would hide the wide ones; by its
        # root, so that the few values far out are seen.
        tallest = spread.shares.max(axis=0)
        heights = np.sqrt(spread.shares / np.where(tallest > 0, tallest, 1.0))
        if len(spread.steps) == 1:
            places = np.repeat(heights, 2, axis=1)
        else:
            columns = min(_MOST_COLUMNS, max(2, self.view.width()))
            places = to_columns(spread.steps, heights, first, last, columns, np.zeros(len(heights)))
        places[places <= 0] = np.nan
        self._image.setImage(
            painted(places, np.zeros(places.shape, np.bool_), "log"), autoLevels=False, levels=(0, 255)
        )
        self._image.setRect(QRectF(first, spread.low, width, spread.high - spread.low))
        self._mouse.setRange(QRectF(first, spread.low, width, spread.high - spread.low), padding=0)
        self._show_side(-1)

    def _show_side(self, place: int) -> None:
        spread = self._spread
        if spread is None:
            return
        shares = spread.shares[:, place]
        tallest = float(shares.max()) or 1.0
        # An outline to be filled: bars of pyqtgraph stand upright only.
        heights = np.repeat(shares, 2)
        ends = np.repeat(spread.edges, 2)[1:-1]
        x = np.concatenate([[0.0], heights, [0.0]])
        y = np.concatenate([[spread.low], ends, [spread.high]])
        self._bars.setData(x, y)
        self._side_mouse.setXRange(0.0, tallest * 1.08, padding=0)
        step = count(int(spread.steps[place]))
        self._caption.setText(f"step {step}, the latest" if place == -1 else f"step {step}")

    def _moved(self, place: QPointF) -> None:
        spread = self._spread
        if spread is None or not self._mouse.sceneBoundingRect().contains(place):
            return
        step = self._mouse.mapSceneToView(place).x()
        self._show_side(max(int(np.searchsorted(spread.steps, step, side="right")) - 1, 0))

    def _recolour(self) -> None:
        shades = colours()
        for view in (self.view, self.side):
            view.setBackground(shades.surface)
            for name in ("left", "bottom"):
                axis = view.getAxis(name)
                axis.setPen(pg.mkPen(shades.line))
                axis.setTextPen(pg.mkPen(shades.muted))
                axis.setSIPrefixEnableRanges(())
                axis.enableAutoSIPrefix(False)
            view.getAxis("bottom").setHeight(_AXIS_PIXELS)
        self.view.getAxis("left").setWidth(56)
        self.view.setLabel("bottom", "Step", color=shades.muted)
        self.side.setLabel("bottom", "Share", color=shades.muted)
        fill = QColor(shades.runs[0])
        fill.setAlpha(_FILL_ALPHA)
        self._bars.setPen(pg.mkPen(shades.runs[0]))
        self._bars.setBrush(pg.mkBrush(fill))
        self._bars.setFillLevel("enclosed")
        self._draw()
