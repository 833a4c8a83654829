"""A plot that grows while it is watched: several series of one run or of several, over the same steps.

The wheel zooms, dragging pans, a double click fits, a right click saves; the values under the mouse stand above, or on
a card where there are several runs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.engine.sheet import Sheet
from desktop_app.store.metrics import MetricEvent
from desktop_app.window.building_blocks import column, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.plots.best_marks import BestMarks
from desktop_app.window.plots.curve_item import CurveItem, CurveStyle, Drawing
from desktop_app.window.plots.event_marks import EventMarks
from desktop_app.window.plots.event_signs import event_line
from desktop_app.window.plots.hover_card import HoverCard
from desktop_app.window.plots.legend import Swatch
from desktop_app.window.plots.line_layer import LineLayer
from desktop_app.window.plots.plot_view import PlotView, TickWords
from desktop_app.window.plots.series_buffer import SeriesBuffer
from desktop_app.window.plots.shown_run import ShownRun
from desktop_app.window.theme import colours
from desktop_app.window.wording import count, figure

# One point a pixel is enough for the eye; few enough that drawing leaves the interpreter to the training.
_FEWEST_POINTS, _MOST_POINTS = 300, 1000
# All curves of a plot together; beyond, each of many runs is drawn with fewer.
_POINTS_OF_ALL = 8000
_FEWEST_OF_MANY = 200
# The faint lines of more runs would cover one another.
_WITH_FAINT_LINES = 5
# A pull ends after so long; of twenty live runs, the curves that are not drawn yet come at the next ones.
_PULL_SECONDS = 0.006
DEFAULT_STRENGTH = 0.9
# Between the parts of the heading, and at its ends.
_GAP = 12
# At the right of everything.
_MARGIN = 8
# A large plot that is narrower shows little.
_FEWEST_PIXELS = 180


class LivePlot(QWidget):
    """Title, legend, readout and curves; ``pull`` draws what is new. Small plots begin at zero.

    ``range_changed`` carries the first and the last step in sight when somebody zoomed or panned, ``fitted`` says that
    everything is shown again, and ``hovered`` carries the step under the mouse (NaN once it is gone).

    Args:
        title: What stands above, and names what is saved.
        curves: The series, the same for each run.
        words: How a value is written.
        tick_words: How a value with a unit is written beside the axis; without, numbers stand there.
        as_share: Whether values are fractions, shown in percent.
        small: Whether it is one of the small plots.
    """

    range_changed = Signal(float, float)
    fitted = Signal()
    hovered = Signal(float)

    def __init__(
        self,
        title: str,
        curves: tuple[CurveStyle, ...],
        *,
        words: Callable[[float | None], str] = figure,
        tick_words: TickWords | None = None,
        as_share: bool = False,
        small: bool = False,
    ) -> None:
        super().__init__()
        self.title = title
        self.items: list[CurveItem] = []
        self._styles, self._words, self._as_share, self._from_zero = curves, words, as_share, small
        self._runs: list[ShownRun] = []
        self._strength, self._log, self._by_epoch = DEFAULT_STRENGTH, False, False
        self._followed, self._told = True, True
        self._turn, self._was_cut_short = 0, False
        self.readout = ElidedLabel("", "small")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._swatches = [Swatch(style.title, dashed=style.dashed) for style in curves]
        self.view = PlotView(self)
        self.saver = self.view.saver
        self.card = HoverCard(self.view)
        self.view.hovered.connect(self._hover)
        self.view.left.connect(self._left)
        self.view.getViewBox().sigXRangeChanged.connect(self._range_changed)
        self.layer = LineLayer()
        self.view.addItem(self.layer)
        self.marks = EventMarks(self.view.getViewBox())
        self.best = BestMarks(self.view)
        self._region = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
        self._region.setZValue(-20)
        self._region.hide()
        self.view.addItem(self._region, ignoreBounds=True)
        self._name = label(title, "small" if small else "heading")
        head = row(self._name, spacing=_GAP)
        self._has_legend = len(curves) > 1
        for swatch in self._swatches if self._has_legend else ():
            head.addWidget(swatch)
        head.addWidget(self.readout, 1)
        head.setContentsMargins(_GAP, 8, _GAP, 0)
        layout = column(head, self.view, spacing=0)
        layout.setContentsMargins(0, 0, _MARGIN, 4)
        self.setLayout(layout)
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(88 if small else 132)
        self.view.name_axes("" if small else "Step", small=small, words=tick_words)
        self._recolour()

    @property
    def buffers(self) -> dict[str, SeriesBuffer]:
        """The series of the first run by name."""
        first = self._runs[0] if self._runs else None
        return {item.style.name: item.buffer for item in self.items if item.run is first}

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show these runs; the curves of those that were shown before are kept."""
        kept = [item for item in self.items if item.run in runs]
        self._runs = list(runs)
        new = [run for run in runs if not any(item.run is run for item in kept)]
        self.items = kept + [CurveItem(run, style) for run in new for style in self._styles]
        faint = [item.faint for item in self.items if item.faint is not None]
        self.layer.lines = [*faint, *(item.line for item in self.items)]
        self.card.hide()
        # Smooth edges and dots cost several times as much, and are not seen where many curves cross.
        self.view.setAntialiasing(len(runs) <= _WITH_FAINT_LINES)
        self.layer.with_dots = len(runs) <= _WITH_FAINT_LINES
        self._recolour()
        self.redraw()

    def pull(self) -> bool:
        """Draw what is new, for a few milliseconds at most. Returns whether anything was, and more may be."""
        end = time.perf_counter() + _PULL_SECONDS
        drawing = self._drawing()
        has_drawn = self._was_cut_short = False
        # In turn, so that no curve waits for ever behind others that grow all the time.
        for left in range(len(self.items), 0, -1):
            self._turn = (self._turn + 1) % len(self.items)
            item = self.items[self._turn]
            if item.pull():
                item.draw(drawing)
                has_drawn = True
            if time.perf_counter() > end:
                self._was_cut_short = left > 1
                break
        if has_drawn:
            self._settle()
        return has_drawn

    @property
    def is_behind(self) -> bool:
        """Whether more was there at the last pull than was taken up or drawn."""
        return self._was_cut_short or any(item.buffer.is_behind for item in self.items)

    def redraw(self) -> None:
        """Draw every curve anew, as after a switch."""
        drawing = self._drawing()
        for item in self.items:
            item.draw(drawing)
        self._settle()

    def set_strength(self, strength: float) -> None:
        """Smooth noisy series more or less: 0 not at all, below 1."""
        self._strength = strength
        if any(style.noisy for style in self._styles):
            self.redraw()

    def set_log(self, log: bool) -> None:
        """Draw values on a logarithmic scale, which has no place for 0 and what is below."""
        self._log = log
        self.view.set_log(log)
        self.redraw()

    def set_by_epoch(self, by_epoch: bool) -> None:
        """Count epochs along the horizontal axis instead of steps."""
        self._by_epoch = by_epoch
        self.view.count_epochs(by_epoch, named=not self._from_zero)
        self.fit()

    def show_events(self, events: Sequence[MetricEvent]) -> None:
        """Mark what happened in the first run."""
        self.marks.show_events(events, [self._place(event.step) for event in events])

    def highlight(self, low: float, high: float) -> None:
        """Shade the stretch of steps that is the evidence of something, until everything is fitted."""
        self._region.setRegion((self._place(low), self._place(high)))
        self._region.show()

    def show_range(self, low: float, high: float) -> None:
        """Show what lies between two places of the horizontal axis, as another plot does."""
        self._told = False
        self.view.getViewBox().enableAutoRange(y=True)
        self.view.setXRange(low, high, padding=0)
        self._told = True

    def fit(self) -> None:
        """Show everything, and go on showing everything as it grows."""
        self._region.hide()
        self._told = False
        self.view.enableAutoRange()
        self._told = True
        self._followed = True
        self.redraw()

    def point_at(self, place: float) -> None:
        """Draw the thin line under the mouse that is over another plot; NaN takes it away."""
        self.view.point_at(place)

    def sheet(self) -> Sheet:
        """Return every value of every series, as it was recorded; with the run where there are several."""
        several = len(self._runs) > 1
        rows = [
            ((item.run.name,) if several else ()) + (item.style.name, step, value)
            for item in self.items
            for step, value in zip(item.buffer.steps.tolist(), item.buffer.values.tolist(), strict=True)
        ]
        return Sheet((("run",) if several else ()) + ("series", "step", "value"), rows)

    def minimumSizeHint(self) -> QSize:
        """Ask for room for title and legend, also while the legend is hidden: it comes back once there is room."""
        legend = [_GAP + swatch.width() for swatch in self._swatches] if self._has_legend else []
        readout = _GAP + self.readout.minimumSizeHint().width()
        width = 2 * _GAP + self._name.sizeHint().width() + sum(legend) + readout + _MARGIN
        return QSize(width if self._from_zero else max(width, _FEWEST_PIXELS), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Do without the legend where there is less room than was asked for: it would lie over the title."""
        super().resizeEvent(event)
        fits = self.width() >= self.minimumSizeHint().width()
        for swatch in self._swatches if self._has_legend else ():
            swatch.setVisible(fits)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    @property
    def is_following(self) -> bool:
        """Whether everything is shown, and nobody has zoomed or panned."""
        return bool(self.view.getViewBox().autoRangeEnabled()[0])

    def _range_changed(self) -> None:
        """Thin the curves out anew for what is in sight; a plot that goes on following has just been drawn."""
        goes_on, self._followed = self._followed and self.is_following, self.is_following
        if goes_on:
            return
        self.redraw()
        if self._told and not self.is_following:
            self.range_changed.emit(*self.view.getViewBox().viewRange()[0])
        elif self._told:
            self.fitted.emit()

    def _drawing(self) -> Drawing:
        low, high = (-math.inf, math.inf) if self.is_following else self.view.getViewBox().viewRange()[0]
        points = min(max(self.view.width(), _FEWEST_POINTS), _MOST_POINTS)
        points = max(min(points, _POINTS_OF_ALL // max(len(self.items), 1)), _FEWEST_OF_MANY)
        is_crowded = len(self._runs) > _WITH_FAINT_LINES
        return Drawing(low, high, points, self._strength, self._log, self._by_epoch, is_crowded)

    def _settle(self) -> None:
        """Fit what follows from the curves: best epochs, the small plots' range, what is left out."""
        self.layer.lines_changed()
        following = self.is_following
        self.best.show_best(self._runs, self.items, self._words, log=self._log, by_epoch=self._by_epoch)
        if self._from_zero and following and not self._log:
            ranges = [item.buffer.range for item in self.items if not item.run.hidden]
            top = max((found[1] for found in ranges if found), default=0.0)
            self.view.setYRange(0.0, 1.15 * top if top > 0 else 1.0, padding=0)
        elif self._from_zero:
            self.view.getViewBox().enableAutoRange(y=True)
        self._say_left_out()

    def _say_left_out(self) -> None:
        """Say what a logarithmic scale cannot show."""
        left_out = 0
        for item in self.items if self._log else ():
            found = item.buffer.range
            if found is not None and found[0] <= 0.0 and not item.run.hidden:
                left_out += int((item.buffer.values <= 0.0).sum())
        self.view.say(f"{count(left_out, 'value')} of 0 and below left out" if left_out else "")

    def _place(self, step: float) -> float:
        """Return where a step of the first run stands on the horizontal axis."""
        return self._runs[0].place(step, by_epoch=self._by_epoch) if self._runs else float(step)

    def _hover(self, place: QPointF, pixel: QPointF) -> None:
        self.hovered.emit(place.x())
        near = [event_line(event) for event in self.marks.near(pixel.x())]
        x = place.x()
        title = f"epoch {max(x, 0.0):.2f}" if self._by_epoch else f"step {count(max(0, round(x)))}"
        if len(self._runs) <= 1:
            texts = [title, *(f"{item.style.title} {self._value_at(item, x)}" for item in self.items)]
            words = "   ".join(text for text in texts if not text.endswith("–"))
            has_room = self.readout.fontMetrics().horizontalAdvance(words) <= self.readout.width()
            self.readout.setText(words if has_room else "")
            self.card.setVisible(bool(near) or not has_room)
            rows = [(item.run.colour, item.style.title, [self._value_at(item, x)]) for item in self.items]
        else:
            rows = [
                (run.colour, run.name, [self._value_at(item, x) for item in self.items if item.run is run])
                for run in self._runs
                if not run.hidden
            ]
            has_room = False
        if has_room and not near:
            return
        self.card.show_rows("\n".join([title, *near]), rows, self.view.mapFromScene(self._scene_place(pixel)))

    def _value_at(self, item: CurveItem, x: float) -> str:
        value, unsmoothed = item.value_at(item.run.as_step(x) if self._by_epoch else x, self._strength)
        words = self._words(value)
        return words if unsmoothed is None else f"{words} ({self._words(unsmoothed)})"

    def _scene_place(self, pixel: QPointF) -> QPointF:
        return self.view.getViewBox().mapToScene(pixel)

    def _left(self) -> None:
        self.readout.setText("")
        self.card.hide()
        self.hovered.emit(math.nan)

    def _recolour(self) -> None:
        shades = colours()
        self.view.recolour(as_share=self._as_share)
        for item in self.items:
            colour = QColor(shades.runs[item.run.colour % len(shades.runs)])
            item.recolour(colour, among_many=len(self._runs) > 1)
        first = shades.runs[self._runs[0].colour % len(shades.runs)] if len(self._runs) == 1 else shades.muted
        for swatch in self._swatches:
            swatch.recolour(QColor(first))
        self.best.recolour()
        soft = QColor(shades.accent)
        soft.setAlpha(36)
        self._region.setBrush(pg.mkBrush(soft))
        self.marks.update()
