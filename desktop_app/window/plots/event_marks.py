"""Marks of events in a plot: a thin line down at the step, with the kind's sign on top."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop_app.store.metrics import MetricEvent
from desktop_app.window.plots.event_signs import SIGN, draw_sign, event_colour, with_room

_NEAR = 6.0


class EventMarks(pg.GraphicsObject):
    """All marks of one plot as one item, which takes no part in what the view is fitted to.

    It lies in the view's own pixels, so that signs keep their size whatever is zoomed. ``places`` are where the events
    stand on the horizontal axis. Where signs would lie on one another, ``with_room`` says which is drawn.
    """

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__()
        self.events: list[MetricEvent] = []
        self.places: list[float] = []
        self._view = view
        self.setParentItem(view)
        self.setZValue(20)
        view.sigRangeChanged.connect(lambda *_: self.update())
        view.sigResized.connect(lambda *_: self._resized())

    def show_events(self, events: Sequence[MetricEvent], places: Sequence[float]) -> None:
        """Show these events instead of those before."""
        self.events, self.places = list(events), list(places)
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole view."""
        return QRectF(0.0, 0.0, self._view.width(), self._view.height())

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint lines and signs."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pairs = zip(self.events, self.pixels(), strict=True)
        seen = [(event, x) for event, x in pairs if 0.0 <= x <= self._view.width()]
        drawn = with_room([event.kind for event, _ in seen], [x for _, x in seen])
        for place, (event, x) in enumerate(seen):
            colour = event_colour(event.kind)
            colour.setAlpha(140)
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
            painter.drawLine(round(x), round(SIGN) + 2, round(x), round(self._view.height()))
            if place in drawn:
                draw_sign(painter, event.kind, x, SIGN / 2 + 1)

    def pixels(self) -> list[float]:
        """Return how far each event stands from the view's left edge."""
        low, high = self._view.viewRange()[0]
        width = self._view.width()
        return [(place - low) / (high - low) * width if high > low else -1.0 for place in self.places]

    def near(self, x: float) -> list[MetricEvent]:
        """Return the events within a few pixels of ``x``, which is counted from the view's left edge."""
        return [event for event, place in zip(self.events, self.pixels(), strict=True) if abs(place - x) <= _NEAR]

    def _resized(self) -> None:
        self.prepareGeometryChange()
        self.update()
