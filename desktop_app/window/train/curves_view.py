"""The curves of the Train page: large plots of loss and metric, small ones of rate, speed and memory, and events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from desktop_app.engine.insight.finding import Exhibit
from desktop_app.errors import DownslopeError
from desktop_app.store.metrics import MetricEvent
from desktop_app.window.building_blocks import column
from desktop_app.window.plots.curve_item import CurveStyle
from desktop_app.window.plots.live_plot import LivePlot
from desktop_app.window.train.comparison import Comparison
from desktop_app.window.train.comparison_table import ComparisonTable
from desktop_app.window.train.event_line import EventLine
from desktop_app.window.train.event_strip import EventStrip
from desktop_app.window.train.plot_turns import PlotTurns
from desktop_app.window.train.run_legend import RunLegend
from desktop_app.window.wording import share, size

# Of a long run that is read, a piece is drawn each time; often enough to be seen to grow.
_READING_MS = 100
# A click on an event shows so much of all steps around it.
_AROUND = 0.08


class CurvesView(QWidget):
    """All plots show the same steps: where one is zoomed, all are. ``failed`` carries a sentence."""

    failed = Signal(str)

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self.comparison = comparison
        validated = CurveStyle("val_loss", "validation", dashed=True, dots=True)
        self.loss = LivePlot("Loss", (CurveStyle("train_loss", "training", noisy=True), validated))
        accuracies = (
            CurveStyle("train_accuracy", "training", dots=True),
            CurveStyle("val_accuracy", "validation", dashed=True, dots=True),
        )
        self.accuracy = LivePlot("Accuracy", accuracies, words=share, as_share=True)
        self.error = LivePlot("Mean error", (CurveStyle("val_mae", "validation", dashed=True, dots=True),))
        self.rate = LivePlot("Learning rate", (CurveStyle("lr", "learning rate"),), small=True)
        self.speed = LivePlot(
            "Samples a second", (CurveStyle("samples_per_second", "samples/s", noisy=True),), small=True
        )
        self.memory = LivePlot(
            "Memory", (CurveStyle("memory_bytes", "memory"),), words=_bytes, tick_words=size, small=True
        )
        self.plots = (self.loss, self.accuracy, self.rate, self.speed, self.error, self.memory)
        self.strip = EventStrip()
        self.events = EventLine()
        self.table = ComparisonTable()
        self.table.hide()
        self.legend = RunLegend()
        self._events: list[MetricEvent] = []
        self._by_epoch = False
        self._turn = 0
        self._turns = PlotTurns(self)
        self._has_begun = False
        self._unseen: set[LivePlot] = set()
        self._lay_out()
        for plot in self.plots:
            plot.range_changed.connect(self._zoomed)
            plot.fitted.connect(self.fit)
            plot.hovered.connect(self._hovered)
        self.loss.view.getViewBox().sigXRangeChanged.connect(lambda *_: self._align())
        self.strip.chosen.connect(lambda event: self.look_around(event.step))
        self.events.step_chosen.connect(self.look_around)
        self.legend.toggled.connect(self._toggle)
        self.legend.removed.connect(comparison.remove)
        comparison.changed.connect(self._runs_changed)
        comparison.known.connect(self._show_table)
        comparison.known.connect(self.show_reading)
        self._reading = QTimer(self, interval=_READING_MS)
        self._reading.timeout.connect(self._pull_what_is_read)

    def pull(self, *, all_plots: bool = False) -> None:
        """Have what is new drawn, one plot after another: in half of the plots, or in all.

        Called ten times a second, each plot is drawn five times a second this way.
        """
        self._turn = 1 - self._turn
        pulled = [run.pull() for run in self.comparison.runs]
        if any(pulled):
            self._show_metric()
        plots = [plot for plot in self.plots if not plot.isHidden()]
        for plot in plots if all_plots else plots[self._turn :: 2]:
            self._ask_to_pull(plot)
        self._show_events()
        self.comparison.check()

    def show_exhibit(self, exhibit: Exhibit) -> None:
        """Zoom to the steps of a piece of evidence, and shade them."""
        low, high = self._steps(exhibit.first_step, exhibit.last_step)
        margin = max(0.15 * (high - low), 2.0)
        self._show_steps(low - margin, high + margin)
        for plot in self.plots:
            if any(item.style.name in exhibit.series for item in plot.items) or not exhibit.series:
                plot.highlight(low, high)

    def look_around(self, step: int) -> None:
        """Show the steps around ``step``."""
        first, last = self._steps(0, None)
        half = max(_AROUND * (last - first), 5.0)
        self._show_steps(step - half, step + half)

    def fit(self) -> None:
        """Show everything in all plots."""
        self._turns.forget("zoom")
        for plot in self.plots:
            plot.fit()
        self._align()

    def set_strength(self, strength: float) -> None:
        """Smooth noisy series more or less."""
        for plot in self.plots:
            plot.set_strength(strength)

    def set_log(self, log: bool) -> None:
        """Show losses, errors and learning rates on a logarithmic scale."""
        for plot in (self.loss, self.error, self.rate):
            plot.set_log(log)

    def set_by_epoch(self, by_epoch: bool) -> None:
        """Count epochs along the horizontal axes instead of steps."""
        self._by_epoch = by_epoch
        for plot in self.plots:
            plot.set_by_epoch(by_epoch)
        self._events_anew()
        self._align()

    def show_reading(self) -> None:
        """Draw what comes of runs that are being read, until all has come."""
        self._turns.hurries = True
        self._has_begun = False
        self._reading.start()

    @property
    def is_reading(self) -> bool:
        """Whether there is more to be read or drawn at once."""
        return self._reading.isActive() or self._turns.is_busy

    def _lay_out(self) -> None:
        large = QSplitter(Qt.Orientation.Horizontal)
        large.setHandleWidth(12)
        for plot in (self.loss, self.accuracy, self.error):
            large.addWidget(plot)
        self.error.hide()
        small = QHBoxLayout()
        small.setSpacing(12)
        for plot in (self.rate, self.speed, self.memory):
            plot.setMaximumHeight(150)
            small.addWidget(plot, 1)
        foot = QSplitter(Qt.Orientation.Horizontal)
        foot.setHandleWidth(12)
        foot.setChildrenCollapsible(False)
        foot.addWidget(self.events)
        foot.addWidget(self.table)
        self.events.setMinimumHeight(52)
        foot.setMaximumHeight(168)
        layout = column(self.legend, large, small, self.strip, foot, spacing=8)
        for place, stretch in ((1, 6), (2, 2), (4, 2)):
            layout.setStretch(place, stretch)
        self.setLayout(layout)

    def _runs_changed(self) -> None:
        runs = self.comparison.runs
        for plot in self.plots:
            plot.show_runs(runs)
        self.legend.show_runs(runs)
        self._events_anew()
        self._show_table()
        self._show_metric()
        self.show_reading()

    def _toggle(self, run: object) -> None:
        for each in self.comparison.runs:
            if each is run:
                each.hidden = not each.hidden
        self.legend.show_runs(self.comparison.runs)
        for plot in self.plots:
            plot.redraw()

    def _show_table(self) -> None:
        self.table.setVisible(len(self.comparison.runs) > 1)
        if len(self.comparison.runs) > 1:
            self.table.show_runs(self.comparison.runs, self.comparison.facts())

    def _show_metric(self) -> None:
        """Show the plots of what people measure an answer by beside the loss: accuracy, mean error or both."""
        runs = self.comparison.runs
        self.error.setVisible(any(run.is_regression for run in runs))
        self.accuracy.setVisible(not runs or not all(run.is_regression for run in runs))

    def _show_events(self) -> None:
        """Mark what has happened in the first run since the last time."""
        if not self.comparison.runs:
            return
        try:
            events = self.comparison.runs[0].source.events()
        except DownslopeError as error:
            self.failed.emit(str(error))
            return
        if len(events) != len(self._events) or events[-1:] != self._events[-1:] or self._by_epoch:
            self._mark(events)

    def _events_anew(self) -> None:
        self._events = []
        self._mark([])
        self._show_events()

    def _mark(self, events: Sequence[MetricEvent]) -> None:
        self._events = list(events)
        # What was so from the beginning is no news in a plot.
        marked = [event for event in events if event.step > 0]
        for plot in self.plots:
            plot.show_events(marked)
        self.strip.show_events(list(events), [self._place(event.step) for event in events])

    def _align(self) -> None:
        self.strip.show_range(*self.loss.view.getViewBox().viewRange()[0])

    def _zoomed(self, low: float, high: float) -> None:
        """Have the other plots show what one was zoomed to, one after another: that one goes with the mouse."""
        for plot in self.plots:
            if plot is not self.sender():
                self._turns.ask(plot, "zoom", partial(plot.show_range, low, high))

    def _hovered(self, place: float) -> None:
        for plot in self.plots:
            if plot is not self.sender():
                self._turns.ask(plot, "mouse", partial(plot.point_at, place))

    def _steps(self, first: int, last: int | None) -> tuple[float, float]:
        """Return the stretch from ``first`` to ``last``, or to the end of what there is."""
        ends = [float(item.buffer.steps[-1]) for item in self.loss.items if len(item.buffer)]
        return float(first), float(last) if last is not None else max([*ends, first + 1.0])

    def _show_steps(self, low: float, high: float) -> None:
        self._turns.forget("zoom")
        for plot in self.plots:
            plot.show_range(self._place(max(low, 0.0)), self._place(high))
        self._align()

    def _place(self, step: float) -> float:
        runs = self.comparison.runs
        return runs[0].place(step, by_epoch=self._by_epoch) if runs else step

    def _pull_what_is_read(self) -> None:
        if not self.isVisible():
            return
        if not self._has_begun:
            self._has_begun, self._unseen = True, {plot for plot in self.plots if not plot.isHidden()}
        # Asked before the last pull, which takes up what came until then.
        is_waiting = any(item.buffer.is_behind for plot in self.plots for item in plot.items)
        is_over = not (self._unseen or is_waiting or self.comparison.is_reading)
        self.pull(all_plots=True)
        if is_over:
            self._reading.stop()
            self._turns.hurries = False

    def _ask_to_pull(self, plot: LivePlot) -> None:
        self._turns.ask(plot, "new", partial(self._draw, plot))

    def _draw(self, plot: LivePlot) -> None:
        plot.pull()
        self._unseen.discard(plot)
        if plot.is_behind:
            self._ask_to_pull(plot)


def _bytes(value: float | None) -> str:
    return "–" if value is None or not math.isfinite(value) else size(value)
