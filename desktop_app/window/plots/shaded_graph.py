"""A graph with stretches of its horizontal axis marked by bars, and bands around its curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from desktop_app.window.plots.graph import Graph
from desktop_app.window.theme import colours

_SPAN_ALPHA = 150
_BAR = 0.022
_BAND_ALPHA = 45


@dataclass(frozen=True)
class Span:
    """A stretch of the horizontal axis, in the colour of a curve."""

    low: float
    high: float
    colour: int


@dataclass(frozen=True)
class Band:
    """What lies between two curves, in the colour of a third."""

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray
    colour: int


class ShadedGraph(Graph):
    """Shades are behind the curves and are left out of what the view is fitted to."""

    _spans: list[tuple[Any, int]]
    _bands: list[tuple[Any, int]]

    def show_spans(self, spans: Sequence[Span]) -> None:
        """Mark these stretches instead of those before: bars at the foot of the plot, one line a colour."""
        self._clear("_spans")
        lines = sorted({span.colour for span in spans})
        for span in spans:
            line = lines.index(span.colour) * 1.5 * _BAR
            bar = (line, line + _BAR)
            item = pg.LinearRegionItem((span.low, span.high), movable=False, pen=pg.mkPen(None), span=bar)
            item.setZValue(-20)
            self.view.addItem(item, ignoreBounds=True)
            self._spans.append((item, span.colour))
        self._recolour()

    def show_bands(self, bands: Sequence[Band]) -> None:
        """Fill these bands instead of those before; what a logarithmic axis cannot show of them is left out."""
        self._clear("_bands")
        for band in bands:
            edges = [pg.PlotCurveItem(*self._in_view(band.x, edge), connect="finite") for edge in (band.low, band.high)]
            item = pg.FillBetweenItem(*edges)
            item.setZValue(-10)
            # Not by way of the plot, which would take the logarithm once more.
            self._mouse.addItem(item, ignoreBounds=True)
            self._bands.append((item, band.colour))
        self._recolour()

    def _in_view(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        kept = np.isfinite(x) & np.isfinite(y)
        for values, logarithmic in ((x, self._log_x), (y, self._log_y)):
            kept &= (values > 0) if logarithmic else True
        x, y = np.asarray(x, float)[kept], np.asarray(y, float)[kept]
        return (np.log10(x) if self._log_x else x), (np.log10(y) if self._log_y else y)

    def _clear(self, name: str) -> None:
        for item, _ in getattr(self, name, ()):
            (self.view if name == "_spans" else self._mouse).removeItem(item)
        setattr(self, name, [])

    def _recolour(self) -> None:
        super()._recolour()
        shades = colours().runs
        for name, alpha in (("_spans", _SPAN_ALPHA), ("_bands", _BAND_ALPHA)):
            entries: list[tuple[Any, int]] = getattr(self, name, [])
            for item, colour in entries:
                shade = QColor(shades[colour % len(shades)])
                shade.setAlpha(alpha)
                item.setBrush(pg.mkBrush(shade))
                if name == "_spans":
                    item.setHoverBrush(pg.mkBrush(shade))
                item.update()
