"""What happened in a training, one line an event, the newest last."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from desktop_app.engine.events import (
    Ended,
    EpochEnded,
    Event,
    Extended,
    LearningRateChanged,
    NonFiniteCaught,
    Noticed,
    Paused,
    PhaseStarted,
    Proceeded,
    SnapshotTaken,
    StageStarted,
    WeightsLoaded,
)
from desktop_app.window.plots.event_signs import event_words
from desktop_app.window.wording import count, duration, figure, share, words

if TYPE_CHECKING:
    from desktop_app.engine.run import Run

_KEPT = 2000
_AT_END_PIXELS = 4
_STEP = Qt.ItemDataRole.UserRole
# Phases that are stages too, and then have a line of their own.
_STAGES = ("Training", "Fine-tuning")


def in_words(event: Event) -> str:
    """Return an event as one line, or an empty text for one that is not worth a line."""
    if isinstance(event, PhaseStarted):
        return "" if event.name.startswith(_STAGES) else event.name
    if isinstance(event, StageStarted):
        return f"{words(event.name)} began at step {count(event.step)}"
    if isinstance(event, WeightsLoaded | Noticed):
        return event.text
    if isinstance(event, EpochEnded):
        parts = [f"Epoch {event.epoch} of {event.epochs}: training loss {figure(event.train_loss)}"]
        if event.val_loss is not None:
            parts.append(f"validation loss {figure(event.val_loss)}")
        if event.val_accuracy is not None:
            parts.append(f"accuracy {share(event.val_accuracy)}")
        if event.val_mae is not None:
            parts.append(f"mean error {figure(event.val_mae)}")
        return ", ".join(parts) + (" – the best so far" if event.is_best else "")
    if isinstance(event, LearningRateChanged):
        return f"Learning rate set to {figure(event.learning_rate)} at step {count(event.step)}"
    if isinstance(event, Extended):
        return f"Made longer: {count(event.epochs, 'epoch')} in all"
    if isinstance(event, SnapshotTaken):
        return f"Snapshot taken at step {count(event.step)}: {event.file}"
    if isinstance(event, NonFiniteCaught):
        return f"Step {count(event.step)}: {event.text}"
    if isinstance(event, Paused):
        return "Paused; everything is saved"
    if isinstance(event, Proceeded):
        return "Continued"
    if isinstance(event, Ended):
        return f"{event.outcome.status.capitalize()}. {event.outcome.reason}".strip()
    return ""


class EventLine(QListWidget):
    """Stays at the newest line unless somebody has scrolled up. ``step_chosen`` carries the step of a chosen line."""

    step_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setWordWrap(False)
        self.setSelectionMode(QListWidget.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("What happened")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._began = time.monotonic()
        # The range also changes where the list gets smaller, which is nobody's scrolling: only the value tells of that.
        self._follows = True
        self.verticalScrollBar().rangeChanged.connect(self._range_changed)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.itemClicked.connect(self._chosen)
        self.itemActivated.connect(self._chosen)

    def begin(self) -> None:
        """Start anew, at time 0:00."""
        self.clear()
        self._follows = True
        self._began = time.monotonic()

    def add(self, words: str, step: int | None = None) -> None:
        """Add a line with the time since the beginning; ``step`` is where it happened, if that is known."""
        self._append(f"{duration(time.monotonic() - self._began)}   {words}", step)

    def show_past(self, run: Run) -> None:
        """Show what is written down of a run that is over: its events and its epochs, by step.

        Raises: ``DownslopeError`` where the run cannot be read.
        """
        self.clear()
        self._follows = True
        told: list[tuple[int, int, str]] = []
        told += [(event.step, 1, event_words(event)) for event in run.events()]
        losses = dict(zip(*(series.tolist() for series in run.series("val_loss")), strict=True))
        errors = dict(zip(*(series.tolist() for series in run.series("val_mae")), strict=True))
        accuracies = dict(zip(*(series.tolist() for series in run.series("val_accuracy")), strict=True))
        steps, values = run.series("epoch_train_loss")
        for epoch, (step, value) in enumerate(zip(steps.tolist(), values.tolist(), strict=True), start=1):
            ended = EpochEnded(
                epoch, len(steps), step, value, losses.get(step), accuracies.get(step), False, errors.get(step)
            )
            told.append((step, 0, in_words(ended)))
        for step, _, line in sorted(told):
            self._append(f"step {count(step)}   {line}", step)

    @property
    def lines(self) -> list[str]:
        """All lines, the oldest first."""
        return [self.item(place).text() for place in range(self.count())]

    def _chosen(self, item: QListWidgetItem) -> None:
        step = item.data(_STEP)
        if step is not None:
            self.step_chosen.emit(step)

    def _range_changed(self, _low: int, high: int) -> None:
        if self._follows:
            self.verticalScrollBar().setValue(high)

    def _scrolled(self, value: int) -> None:
        self._follows = value >= self.verticalScrollBar().maximum() - _AT_END_PIXELS

    def _append(self, line: str, step: int | None) -> None:
        item = QListWidgetItem(line)
        item.setData(_STEP, step)
        item.setToolTip(line if step is None else f"{line}\nClick to zoom there")
        self.addItem(item)
        if self.count() > _KEPT:
            self.takeItem(0)
