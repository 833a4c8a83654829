"""A graph with dots beside its curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from desktop_app.window.plots.graph import Graph
from desktop_app.window.theme import colours

_MOST = 3000
_ALPHA = 170


class DotGraph(Graph):
    """Dots take the colour of a place in the palette of runs; the view is fitted to them too."""

    _dots: Any = None
    _dots_colour = 0

    def show_dots(self, x: np.ndarray, y: np.ndarray, colour: int, size: int = 6) -> None:
        """Draw these dots instead of those before, evenly thinned where they are very many."""
        if self._dots is None:
            self._dots = pg.ScatterPlotItem(pxMode=True)
            self.view.addItem(self._dots)
        stride = max(1, -(-len(x) // _MOST))
        self._dots.setData(np.asarray(x, float)[::stride], np.asarray(y, float)[::stride], size=size)
        self._dots_colour = colour
        self._recolour()

    def _recolour(self) -> None:
        super()._recolour()
        if self._dots is not None:
            shade = QColor(colours().runs[self._dots_colour % len(colours().runs)])
            shade.setAlpha(_ALPHA)
            self._dots.setPen(pg.mkPen(None))
            self._dots.setBrush(pg.mkBrush(shade))
