"""The experiment being written: a plain nested mapping of what differs from the defaults, with undo and redo."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

# Changes to one key within this time are one step back: a slider that is dragged, a number that is typed.
_SAME_STEP_SECONDS = 1.0
_STEPS_KEPT = 200


@dataclass(frozen=True)
class _Snapshot:
    """The draft at one time; its mappings are never changed, only replaced."""

    values: dict[str, Any]
    saved: dict[str, Any]
    folder: Path
    file: Path | None


class Draft(QObject):
    """What the forms write and an ``Experiment`` is made from; keys are dotted: ``training.optimizer``."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, Any] = {}
        self._saved: dict[str, Any] = {}
        self._before: list[_Snapshot] = []
        self._after: list[_Snapshot] = []
        self._last_key = ""
        self._last_time = 0.0
        self.file: Path | None = None
        self.folder = Path.cwd()

    @property
    def values(self) -> dict[str, Any]:
        """A copy of the whole mapping."""
        return copy.deepcopy(self._values)

    @property
    def is_saved(self) -> bool:
        """Whether the file holds what the draft holds."""
        return self._values == self._saved

    def get(self, key: str, default: Any = None) -> Any:
        """Return a copy of what stands at a dotted key, or ``default``."""
        found: Any = self._values
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                return default
            found = found[part]
        return copy.deepcopy(found)

    def set(self, key: str, value: Any) -> None:
        """Write ``value`` at a dotted key; one step of undo, joined with quick changes to the same key."""
        self.update({key: value})

    def update(self, changes: Mapping[str, Any], *, apart: bool = False) -> None:
        """Write several dotted keys in one step of undo; a value of ``None`` removes the key.

        With ``apart`` the step is one of its own, however soon after another one to the same keys.
        """
        if apart:
            self._last_key = ""
        after = self.values
        for key, value in changes.items():
            _write(after, key.split("."), copy.deepcopy(value))
        self._step(after, key=",".join(changes))

    def remove(self, key: str) -> None:
        """Go back to the default at a dotted key."""
        self.update({key: None})

    def open(self, values: Mapping[str, Any], folder: Path, file: Path | None = None) -> None:
        """Begin anew with ``values``; what was there before is one step of undo away."""
        if self._values:
            self._before.append(self._snapshot())
        self._after.clear()
        self._values = copy.deepcopy(dict(values))
        self._saved = self.values if file else {}
        self.folder, self.file = folder, file
        self._last_key = ""
        self.changed.emit()

    def mark_saved(self, file: Path) -> None:
        """Remember that ``file`` now holds what the draft holds."""
        self.file, self._saved = file, self.values
        self.changed.emit()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to go back."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether a step that was taken back can be taken again."""
        return bool(self._after)

    def undo(self) -> None:
        """Take the last step back; does nothing where there is none."""
        if self._before:
            self._after.append(self._snapshot())
            self._go(self._before.pop())

    def redo(self) -> None:
        """Take again what was taken back; does nothing where there is nothing."""
        if self._after:
            self._before.append(self._snapshot())
            self._go(self._after.pop())

    def _snapshot(self) -> _Snapshot:
        return _Snapshot(self._values, self._saved, self.folder, self.file)

    def _go(self, snapshot: _Snapshot) -> None:
        self._values, self.folder = snapshot.values, snapshot.folder
        if snapshot.file != self.file:  # another experiment altogether: what its file holds comes back with it
            self.file, self._saved = snapshot.file, snapshot.saved
        self._last_key = ""
        self.changed.emit()

    def _step(self, after: dict[str, Any], key: str) -> None:
        if after == self._values:
            return
        now = time.monotonic()
        same = key == self._last_key and now - self._last_time < _SAME_STEP_SECONDS and bool(self._before)
        if not same:
            self._before = [*self._before[-_STEPS_KEPT + 1 :], self._snapshot()]
        self._after.clear()
        self._last_key, self._last_time = key, now
        self._values = after
        self.changed.emit()


def _write(target: dict[str, Any], parts: list[str], value: Any) -> None:
    """Write into nested mappings; ``None`` removes, and takes mappings that became empty along.

    An empty ``fine_tuning`` stays: it asks for the second stage with all of its defaults.
    """
    first, *rest = parts
    if not rest:
        if value is None:
            target.pop(first, None)
        else:
            target[first] = value
        return
    inner = target.get(first)
    if not isinstance(inner, dict):
        inner = {}
    _write(inner, rest, value)
    if inner or first == "fine_tuning":
        target[first] = inner
    else:
        target.pop(first, None)
