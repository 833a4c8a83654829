"""What happened in a training, one line an event, the newest last."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from PySide6.QtWidgets import QListWidget

from desktop_app.engine.events import (
    Ended,
    EpochEnded,
    Event,
    LearningRateChanged,
    Paused,
    PhaseStarted,
    Proceeded,
    StageStarted,
)
from desktop_app.window.building_blocks import column
from desktop_app.window.wording import count, duration, figure, share, words

_KEPT = 2000
# Phases that are stages too, and then have a line of their own.
_STAGES = ("Training", "Fine-tuning")
_PAST = {
    "stage": "{} began",
    "learning_rate": "Learning rate set to {}",
    "early_stopping": "Stopped early: {}",
    "stage_skipped": "{} was skipped",
}


def in_words(event: Event) -> str:
    """Return an event as one line, or an empty text for one that is not worth a line."""
    if isinstance(event, PhaseStarted):
        return "" if event.name in _STAGES else event.name
    if isinstance(event, StageStarted):
        return f"{words(event.name)} began at step {count(event.step)}"
    if isinstance(event, EpochEnded):
        parts = [f"Epoch {event.epoch} of {event.epochs}: training loss {figure(event.train_loss)}"]
        if event.val_loss is not None:
            parts.append(f"validation loss {figure(event.val_loss)}")
        if event.val_accuracy is not None:
            parts.append(f"accuracy {share(event.val_accuracy)}")
        return ", ".join(parts) + (" – the best so far" if event.is_best else "")
    if isinstance(event, LearningRateChanged):
        return f"Learning rate set to {figure(event.learning_rate)} at step {count(event.step)}"
    if isinstance(event, Paused):
        return "Paused; everything is saved"
    if isinstance(event, Proceeded):
        return "Continued"
    if isinstance(event, Ended):
        return f"{event.outcome.status.capitalize()}. {event.outcome.reason}".strip()
    return ""


class EventLine(QListWidget):
    """Stays at the newest line unless somebody has scrolled up."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setWordWrap(False)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("What happened")
        self.setLayout(column())
        self._began = time.monotonic()

    def begin(self) -> None:
        """Start anew, at time 0:00."""
        self.clear()
        self._began = time.monotonic()

    def add(self, words: str) -> None:
        """Add a line with the time since the beginning."""
        self._append(f"{duration(time.monotonic() - self._began)}   {words}")

    def show_past(self, events: Iterable[Any]) -> None:
        """Show what is written down of a run that is over."""
        self.clear()
        for event in events:
            told = words(event.text) if event.kind.startswith("stage") else event.text
            line = _PAST.get(event.kind, event.kind + " {}").format(told)
            self._append(f"step {count(event.step)}   {line}")

    @property
    def lines(self) -> list[str]:
        """All lines, the oldest first."""
        return [self.item(place).text() for place in range(self.count())]

    def _append(self, line: str) -> None:
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        self.addItem(line)
        if self.count() > _KEPT:
            self.takeItem(0)
        if at_end:
            self.scrollToBottom()
