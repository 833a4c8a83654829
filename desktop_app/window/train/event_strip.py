"""A time line of what happened: signs over the steps that the plots show; a click zooms to one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from desktop_app.store.metrics import MetricEvent
from desktop_app.window.plots.event_signs import draw_sign, event_line, with_room
from desktop_app.window.theme import colours

_HEIGHT = 30
_NEAR = 7.0
# Room for the name at the left.
_LEFT, _RIGHT = 72, 16


class EventStrip(QWidget):
    """Shows the same steps as the plots. ``chosen`` carries the event that was clicked, or chosen by key.

    Left and Right go from event to event, Enter zooms there.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.events: list[MetricEvent] = []
        self._places: list[float] = []
        self._low, self._high = 0.0, 1.0
        self._current: int | None = None
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Time line of events")
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        """Return a thin line's room."""
        return QSize(300, _HEIGHT)

    def show_events(self, events: Sequence[MetricEvent], places: Sequence[float]) -> None:
        """Show these events at these places of the plots' horizontal axis."""
        self.events, self._places = list(events), list(places)
        if self._current is not None and self._current >= len(self.events):
            self._current = None
        self.update()

    def show_range(self, low: float, high: float) -> None:
        """Show what lies between two places of the plots' horizontal axis."""
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self.update()

    def x_of(self, place: int) -> float:
        """Return how many pixels from the left the event at ``place`` of the list stands."""
        span = self._high - self._low
        share = (self._places[place] - self._low) / span if span > 0 else 0.0
        return _LEFT + share * (self.width() - _LEFT - _RIGHT)

    def event_at(self, x: float) -> int | None:
        """Return which event stands nearest to ``x``, or ``None`` where none is near."""
        return min(self._near(x), key=lambda place: abs(self.x_of(place) - x), default=None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line and the signs; where signs would lie on one another, ``with_room`` says which is painted."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(QPen(QColor(colours().line), 2))
        painter.drawLine(_LEFT, round(middle), self.width() - _RIGHT, round(middle))
        painter.setPen(QColor(colours().muted))
        painter.drawText(12, 0, _LEFT, self.height(), Qt.AlignmentFlag.AlignVCenter, "Events")
        inside = {place: self.x_of(place) for place in range(len(self.events))}
        inside = {place: x for place, x in inside.items() if _LEFT - 1 <= x <= self.width() - _RIGHT + 1}
        drawn = with_room([self.events[place].kind for place in inside], list(inside.values()))
        for number, (place, x) in enumerate(inside.items()):
            if place == self._current and self.hasFocus():
                painter.setPen(QPen(QColor(colours().accent), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPoint(round(x), round(middle)), 9, 9)
            if number in drawn:
                draw_sign(painter, self.events[place].kind, x, middle)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say in words what is under the mouse."""
        near = self._near(event.position().x())
        self.setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)
        if near:
            lines = "\n".join(event_line(self.events[place]) for place in near)
            QToolTip.showText(event.globalPosition().toPoint(), lines, self)
        else:
            QToolTip.hideText()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Zoom to what was clicked."""
        place = self.event_at(event.position().x())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = place
            self.update()
            self.chosen.emit(self.events[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from event to event, and zoom to one."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self.events:
            start = self._current if self._current is not None else (-1 if step > 0 else len(self.events))
            self._current = min(max(start + step, 0), len(self.events) - 1)
            self.setAccessibleDescription(event_line(self.events[self._current]))
            self.update()
            shown_at = self.mapToGlobal(QPoint(round(self.x_of(self._current)), 0))
            QToolTip.showText(shown_at, event_line(self.events[self._current]), self)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self.chosen.emit(self.events[self._current])
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Take the words away."""
        QToolTip.hideText()
        super().leaveEvent(event)

    def _near(self, x: float) -> list[int]:
        """Return which events stand within a few pixels of ``x``, in the order they happened."""
        inside = [place for place in range(len(self.events)) if _LEFT - 1 <= self.x_of(place) <= self.width()]
        return [place for place in inside if abs(self.x_of(place) - x) <= _NEAR]
