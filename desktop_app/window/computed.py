"""A value that is worked out behind the window, with the states that a page shows for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from desktop_app.window.background import Background

State = Literal["empty", "loading", "ready", "failed"]


class Computed(QObject):
    """Empty, loading, ready with ``value``, or failed with ``error``; ``changed`` tells of each step."""

    changed = Signal()

    def __init__(self, place: str, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._background = background
        self.state: State = "empty"
        self.value: Any = None
        self.error: BaseException | None = None

    def ask(self, function: Callable[[], Any]) -> None:
        """Work the value out on a thread; the old one stays in ``value`` until the new one is there."""
        self.state = "loading"
        self._background.run(self._place, function, self._done, self._failed)
        self.changed.emit()

    def clear(self) -> None:
        """Go back to having nothing."""
        self._background.forget(self._place)
        self.state, self.value, self.error = "empty", None, None
        self.changed.emit()

    def give(self, value: Any) -> None:
        """Take a value that is known already."""
        self._background.forget(self._place)
        self._done(value)

    def wait(self) -> None:
        """Say that the value is on its way before it can be asked for."""
        self.state = "loading"
        self.changed.emit()

    def fail(self, error: BaseException) -> None:
        """Say why there is no value."""
        self._background.forget(self._place)
        self._failed(error)

    def _done(self, value: Any) -> None:
        self.state, self.value, self.error = "ready", value, None
        self.changed.emit()

    def _failed(self, error: BaseException) -> None:
        self.state, self.value, self.error = "failed", None, error
        self.changed.emit()
