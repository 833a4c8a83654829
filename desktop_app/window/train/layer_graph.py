"""One quantity of one layer over time, with the range behind it in which a training that goes well lies."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout

from desktop_app.engine.sheet import Sheet
from desktop_app.window.building_blocks import label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.plots.thinning import thinned
from desktop_app.window.theme import colours
from desktop_app.window.train.quantities import Quantity
from desktop_app.window.wording import figure

# As many as a wide screen has pixels, twice: the lowest and the highest of each.
_POINTS = 3000
_DOTS, _DOT_PIXELS = 40, 5
_RANGE_ALPHA = 34


class LayerGraph(Graph):
    """A share runs from 0 to 1, a norm in powers of ten; what is good is shaded, its source in the tooltip."""

    def __init__(self, quantity: Quantity) -> None:
        super().__init__(
            quantity.title, "Step", "", log_y=quantity.kind == "log", sheet=self.sheet_of_layer, legend=False
        )
        self.quantity = quantity
        self._steps = self._values = np.empty(0)
        self._region: pg.LinearRegionItem | None = None
        self.layer = ElidedLabel("", "small")
        self.hint = label("", "small")
        below = row(self.layer, self.hint, spacing=12)
        below.setStretch(0, 1)
        below.setContentsMargins(12, 0, 12, 0)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertLayout(1, below)
        good = quantity.good
        if good is not None:
            ends = [np.log10(end) if quantity.kind == "log" else end for end in (good.low, good.high)]
            self._region = pg.LinearRegionItem(ends, "horizontal", movable=False, pen=pg.mkPen(None))
            self._region.setZValue(-20)
            self._region.setToolTip(good.source)
            self.view.addItem(self._region, ignoreBounds=True)
            self.hint.setText(f"shaded: {figure(good.low)} to {figure(good.high)}")
            self.hint.setToolTip(good.source)
        if quantity.kind == "share":
            self._mouse.setLimits(yMin=-0.04, yMax=1.04, minYRange=0.02)
        self._recolour()

    def show_layer(self, layer: str, steps: np.ndarray, values: np.ndarray) -> None:
        """Show the curve of ``layer``; the lowest and the highest value of each stretch stay where there are many."""
        self.layer.setText(layer)
        self._steps, self._values = steps, values
        self.show_curves([Curve(self.quantity.title, *thinned(steps.astype(np.float64), values, _POINTS))])
        # Samples are few at first, and a line needs two of them.
        self._items[0].setSymbol("o" if len(steps) <= _DOTS else None)

    def sheet_of_layer(self) -> Sheet:
        """Return every value of the layer on show."""
        rows = [
            (self.layer.text(), int(step), float(value)) for step, value in zip(self._steps, self._values, strict=True)
        ]
        return Sheet(("layer", "step", self.quantity.key), rows)

    def _recolour(self) -> None:
        super()._recolour()
        for item in self._items:
            item.setSymbolSize(_DOT_PIXELS)
            item.setSymbolBrush(pg.mkBrush(colours().runs[0]))
            item.setSymbolPen(None)
        region = getattr(self, "_region", None)
        if region is not None:
            shade = QColor(colours().good)
            shade.setAlpha(_RANGE_ALPHA)
            region.setBrush(pg.mkBrush(shade))
            region.setHoverBrush(pg.mkBrush(shade))
