"""The curves of a race: loss and effective step size over the steps, with a line at the step that is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget

from desktop_app.engine.learn.race import Race
from desktop_app.engine.sheet import Sheet
from desktop_app.window.building_blocks import row
from desktop_app.window.learn.race_map import Look
from desktop_app.window.learn.race_relief import Relief
from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.theme import colours

# Optimizers that arrive go on down to 1e-300: what is below this share of the target all looks the same.
_LOWEST_SHARE = 1e-6
_HIGHEST_TIMES = 1e3


class RaceCurves(QWidget):
    """Two graphs side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._race: Race | None = None
        self.loss = Graph("Loss", "step", "loss", log_y=True, legend=False, sheet=self.sheet)
        self.sizes = Graph("Step size", "step", "length", log_y=True, legend=False, sheet=self.sheet)
        self._lines = []
        for graph in (self.loss, self.sizes):
            line = pg.InfiniteLine(angle=90)
            line.setZValue(10)
            graph.view.addItem(line, ignoreBounds=True)
            self._lines.append(line)
        layout = row(self.loss, self.sizes, spacing=12)
        layout.setStretch(0, 1)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._recolour()

    def show_race(self, race: Race, relief: Relief, looks: Sequence[Look]) -> None:
        """Draw the curves of a race."""
        self._race = race
        lowest = _LOWEST_SHARE * relief.unit
        highest = _HIGHEST_TIMES * relief.unit * float(np.expm1(relief.top))
        losses, sizes = [], []
        for trail, look in zip(race.trails, looks, strict=True):
            above = trail.losses - relief.base
            above = np.where(np.isfinite(above) & (above < highest), np.maximum(above, lowest), np.nan)
            lengths = trail.step_sizes
            lengths = np.where(np.isfinite(lengths), np.maximum(lengths, _LOWEST_SHARE * race.surface.span), np.nan)
            label = trail.entrant.label
            losses.append(Curve(label, np.arange(len(above)), above, look.colour, look.dashed))
            sizes.append(Curve(label, np.arange(1, len(lengths) + 1), lengths, look.colour, look.dashed))
        self.loss.show_curves([curve for curve in losses if np.isfinite(curve.y).any()])
        self.sizes.show_curves([curve for curve in sizes if np.isfinite(curve.y).any()])

    def clear(self) -> None:
        """Draw nothing until the next race is known."""
        self._race = None
        self.loss.show_curves(())
        self.sizes.show_curves(())

    def show_step(self, step: int) -> None:
        """Put the line at ``step``."""
        for line in self._lines:
            line.setPos(step)

    def sheet(self) -> Sheet:
        """Return every number of the race."""
        return self._race.sheet() if self._race is not None else Sheet((), ())

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_lines"):
            self._recolour()
        super().changeEvent(event)

    def _recolour(self) -> None:
        for line in self._lines:
            line.setPen(pg.mkPen(colours().muted, style=Qt.PenStyle.DotLine))
