"""The signs of what happened in a training: one shape a kind, the same in every plot, the time line and the list."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from desktop_app.store.metrics import MetricEvent
from desktop_app.window.theme import colours
from desktop_app.window.wording import count, words

# Kind: shape, tone, and the words around the event's own text.
_KINDS = {
    "stage": ("flag", "accent", "{} began"),
    "stage_skipped": ("flag", "muted", "{} was skipped"),
    "learning_rate": ("diamond", "accent", "Learning rate set to {}"),
    "early_stopping": ("bar", "muted", "Stopped early: {}"),
    "checkpoint": ("square", "muted", "Checkpoint: {}"),
    "extended": ("plus", "accent", "Made longer: {}"),
    "snapshot": ("circle", "good", "Snapshot: {}"),
    "non_finite": ("cross", "bad", "{}"),
    "rolled_back": ("back", "warning", "{}"),
    "memory": ("cross", "bad", "{}"),
    "paused": ("pause", "muted", "Paused {}"),
    "notice": ("dot", "muted", "{}"),
}
SIGN = 9.0


def event_words(event: MetricEvent) -> str:
    """Return an event as one sentence, without its step."""
    text = words(event.text) if event.kind.startswith("stage") else event.text
    _, _, form = _KINDS.get(event.kind, ("dot", "muted", words(event.kind) + " {}"))
    return form.format(text).strip()


def event_line(event: MetricEvent) -> str:
    """Return an event as one sentence that begins with its step."""
    return f"step {count(event.step)}: {event_words(event)}"


def event_colour(kind: str) -> QColor:
    """Return the colour of a kind of event in the scheme in use."""
    return QColor(getattr(colours(), _KINDS.get(kind, ("dot", "muted", ""))[1]))


def with_room(kinds: Sequence[str], pixels: Sequence[float]) -> set[int]:
    """Return the places in the list of those events whose sign is drawn, where signs would lie on one another.

    It is the leftmost; a checkpoint's only where nothing else is, for one is written before what a person changes.
    """
    drawn: set[int] = set()
    taken: list[float] = []
    for place in sorted(range(len(kinds)), key=lambda place: (kinds[place] == "checkpoint", pixels[place])):
        x = pixels[place]
        after = bisect(taken, x)
        if all(abs(x - other) >= SIGN for other in taken[max(after - 1, 0) : after + 1]):
            taken.insert(after, x)
            drawn.add(place)
    return drawn


def draw_sign(painter: QPainter, kind: str, x: float, y: float) -> None:
    """Draw a kind's sign around (x, y), ``SIGN`` pixels wide."""
    shape, half = _KINDS.get(kind, ("dot", "muted", ""))[0], SIGN / 2
    colour = event_colour(kind)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    box = QRectF(x - half, y - half, SIGN, SIGN)
    polygons = {
        "flag": ((-half, -half), (half, 0), (-half, half)),
        "back": ((half, -half), (-half, 0), (half, half)),
        "diamond": ((0, -half), (half, 0), (0, half), (-half, 0)),
    }
    if shape in polygons:
        painter.drawPolygon(QPolygonF([QPointF(x + right, y + down) for right, down in polygons[shape]]))
    elif shape == "square":
        painter.drawRect(box.adjusted(1, 1, -1, -1))
    elif shape == "circle":
        painter.drawEllipse(box)
    elif shape == "dot":
        painter.drawEllipse(box.adjusted(2.5, 2.5, -2.5, -2.5))
    elif shape == "bar":
        painter.drawRect(QRectF(x - 1.5, y - half, 3, SIGN))
    elif shape == "pause":
        painter.drawRect(QRectF(x - half, y - half, 3, SIGN))
        painter.drawRect(QRectF(x + half - 3, y - half, 3, SIGN))
    else:
        painter.setPen(QPen(colour, 2))
        if shape == "plus":
            painter.drawLine(QPointF(x - half, y), QPointF(x + half, y))
            painter.drawLine(QPointF(x, y - half), QPointF(x, y + half))
        else:
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())
