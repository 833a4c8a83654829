"""One series of one run in a plot: its numbers, and the lines that are drawn of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from desktop_app.window.plots.line_layer import Line
from desktop_app.window.plots.series_buffer import SeriesBuffer
from desktop_app.window.plots.shown_run import ShownRun
from desktop_app.window.plots.thinning import Floats, with_lone_points

_FAINT = 70
_FAINT_AMONG_MANY = 34


@dataclass(frozen=True)
class CurveStyle:
    """One series of a plot; a noisy one is drawn faintly with its moving average on top."""

    name: str
    title: str
    dashed: bool = False
    noisy: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Drawing:
    """How curves are drawn at the moment: the steps in sight, how many points, smoothing, scales.

    Where it ``is_crowded`` with runs, the faint lines behind smoothed ones are left out.
    """

    low: float
    high: float
    points: int
    strength: float
    log: bool
    by_epoch: bool
    is_crowded: bool


class CurveItem:
    """A solid or dashed line, and a faint one of the values themselves where it is smoothed."""

    def __init__(self, run: ShownRun, style: CurveStyle) -> None:
        self.run, self.style = run, style
        self.buffer = SeriesBuffer(style.name)
        self.line = Line(has_dots=style.dots)
        self.faint = Line() if style.noisy else None
        self.is_stale = False

    @property
    def lines(self) -> list[Line]:
        """What is drawn, the undermost first."""
        return [self.line] if self.faint is None else [self.faint, self.line]

    def pull(self) -> bool:
        """Take what is new; returns whether there is anything to draw."""
        self.is_stale = self.buffer.pull(self.run.source) or self.is_stale
        return self.is_stale

    def draw(self, drawing: Drawing) -> None:
        """Draw what is in sight."""
        self.is_stale = False
        strength = drawing.strength if self.style.noisy else 0.0
        has_faint = strength > 0.0 and not drawing.is_crowded
        for line in self.lines:
            line.is_visible = not self.run.hidden and (line is self.line or has_faint)
        if self.run.hidden:
            return
        low, high = drawing.low, drawing.high
        if drawing.by_epoch:
            low, high = self.run.as_step(low), self.run.as_step(high)
        if self.faint is not None and has_faint:
            self._set(self.faint, *self.buffer.between(low, high, drawing.points), drawing)
        self._set(self.line, *self.buffer.between(low, high, drawing.points, strength=strength), drawing)

    def value_at(self, step: float, strength: float) -> tuple[float | None, float | None]:
        """Return what is drawn at ``step``, and the value itself where that is another one."""
        if not self.style.noisy or strength == 0.0:
            return self.buffer.at(step), None
        return self.buffer.at(step, strength=strength), self.buffer.at(step)

    def recolour(self, colour: QColor, *, among_many: bool) -> None:
        """Draw in ``colour`` from now on."""
        pattern = Qt.PenStyle.DashLine if self.style.dashed else Qt.PenStyle.SolidLine
        # One pixel wide: wider pens are several times slower to draw.
        self.line.pen = pg.mkPen(colour, width=1, style=pattern)
        if self.faint is not None:
            faint = QColor(colour)
            faint.setAlpha(_FAINT_AMONG_MANY if among_many else _FAINT)
            self.faint.pen = pg.mkPen(faint, width=1)

    def _set(self, line: Line, steps: Floats, values: Floats, drawing: Drawing) -> None:
        if drawing.log:
            values = np.log10(np.where(values > 0.0, values, np.nan))
        values = np.where(np.isfinite(values), values, np.nan)
        line.set_points(*with_lone_points(self.run.as_epochs(steps) if drawing.by_epoch else steps, values))
