"""What is put right about single samples: another label, or left out; kept in the draft for the next training."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.window.draft import Draft

_EXCLUDED, _RELABELLED = "data.excluded", "data.relabelled"


class Corrections(QObject):
    """Reads and writes ``data.excluded`` and ``data.relabelled``; each change is one step of undo."""

    changed = Signal()

    def __init__(self, draft: Draft, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        draft.changed.connect(self.changed)

    @property
    def excluded(self) -> list[str]:
        """Names of samples that are left out."""
        return [str(name) for name in self._draft.get(_EXCLUDED, [])]

    @property
    def relabelled(self) -> dict[str, str]:
        """The class that a sample is given instead of its own, by name."""
        return {str(name): str(label) for name, label in self._draft.get(_RELABELLED, [])}

    def of(self, name: str) -> str:
        """Return what was put right about a sample in a few words, or an empty text."""
        if name in self.excluded:
            return "left out"
        label = self.relabelled.get(name)
        return f"now {label}" if label is not None else ""

    def leave_out(self, name: str) -> None:
        """Leave a sample out from the next training on."""
        self._write(name, excluded=True, label=None)

    def relabel(self, name: str, label: str) -> None:
        """Give a sample another class from the next training on."""
        self._write(name, excluded=False, label=label)

    def take_back(self, name: str) -> None:
        """Leave a sample as it is in the data."""
        self._write(name, excluded=False, label=None)

    def _write(self, name: str, *, excluded: bool, label: str | None) -> None:
        left_out = [other for other in self.excluded if other != name] + ([name] if excluded else [])
        labels = {other: given for other, given in self.relabelled.items() if other != name}
        if label is not None:
            labels[name] = label
        pairs = [[other, given] for other, given in labels.items()]
        self._draft.update({_EXCLUDED: left_out or None, _RELABELLED: pairs or None}, apart=True)
