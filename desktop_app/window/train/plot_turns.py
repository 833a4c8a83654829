"""Plots that wait to be drawn: one at a time, and the window answers in between."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktop_app.window.plots.live_plot import LivePlot
from desktop_app.window.training import DRAWING_SHARE

# Qt paints everything that has changed in one go: what is drawn within one turn of the event loop adds up to one long
# wait. Long enough for a painting to come in between.
_BETWEEN_MS = 5
# Of a long run that is opened, everything is to be seen soon; it takes a few seconds at most.
_HURRYING_SHARE = 0.7


class PlotTurns(QObject):
    """Whatever asks for a turn waits for one; what asks again meanwhile keeps its place and is drawn once.

    Drawing and painting together take ``DRAWING_SHARE`` of the window's time at most, so that a training that goes on
    beside them keeps its pace: where they are slow, plots are drawn less often.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.hurries = False
        """Whether plots are to be drawn as soon as the window can."""
        self._waiting: dict[tuple[LivePlot, str], Callable[[], object]] = {}
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._next)

    @property
    def is_busy(self) -> bool:
        """Whether something waits for its turn."""
        return bool(self._waiting)

    def ask(self, plot: LivePlot, reason: str, draw: Callable[[], object]) -> None:
        """Have ``draw`` called, in place of what ``plot`` was to be drawn by for the same ``reason``."""
        self._waiting[plot, reason] = draw
        if not self._timer.isActive():
            self._timer.start(_BETWEEN_MS)

    def forget(self, reason: str) -> None:
        """Draw nothing for this ``reason`` any more."""
        for asked in [asked for asked in self._waiting if asked[1] == reason]:
            del self._waiting[asked]

    def _next(self) -> None:
        if not self._waiting:
            return
        plot, reason = next(iter(self._waiting))
        draw = self._waiting.pop((plot, reason))
        began = time.perf_counter()
        try:
            draw()
        finally:
            # What is drawn is painted as soon as this has returned; how long that takes, the last time tells.
            cost = time.perf_counter() - began + plot.view.painting_seconds
            share = _HURRYING_SHARE if self.hurries else DRAWING_SHARE
            # Also where nothing waits: what asks meanwhile is not to begin before.
            self._timer.start(max(_BETWEEN_MS, round(1000 * cost * (1.0 / share - 1.0))))
