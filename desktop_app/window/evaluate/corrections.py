"""What is put right about single samples: another label, or left out; kept in the draft for the next training."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.window import data_changes
from desktop_app.window.draft import Draft


class Corrections(QObject):
    """The changes of the draft's samples, one sample at a time; ``changed`` tells that there may be others."""

    changed = Signal()

    def __init__(self, draft: Draft, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        draft.changed.connect(self.changed)

    def is_left_out(self, name: str) -> bool:
        """Return whether a sample is left out."""
        return name in data_changes.left_out(self._draft)

    def label_of(self, name: str) -> str | None:
        """Return the class that a sample is given instead of its own, if any."""
        return data_changes.relabelled(self._draft).get(name)

    def of(self, name: str) -> str:
        """Return what was put right about a sample in a few words, or an empty text."""
        if self.is_left_out(name):
            return "left out"
        label = self.label_of(name)
        return f"now {label}" if label is not None else ""

    def leave_out(self, name: str) -> None:
        """Leave a sample out from the next training on."""
        data_changes.leave_out(self._draft, [name])

    def relabel(self, name: str, label: str) -> None:
        """Give a sample another class from the next training on."""
        data_changes.relabel(self._draft, {name: label})

    def take_back(self, name: str) -> None:
        """Leave a sample as it is in the data."""
        data_changes.take_back(self._draft, [name])
