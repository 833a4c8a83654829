"""Weights that are fetched behind the window, with progress and cancel."""

from __future__ import annotations

import threading
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.errors import DownslopeError
from desktop_app.window.background import Background, sentence

_PLACE = "fetching weights"


class _CancelledError(DownslopeError):
    """Somebody pressed Cancel."""


class WeightsFetching(QObject):
    """Downloads one file at a time. ``changed`` tells of each step, ``ended`` with a sentence, empty where all is well.

    ``done`` of ``total`` bytes are here; both 0 before the hub has answered.
    """

    changed = Signal()
    ended = Signal(str)
    _progressed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._cancelled = threading.Event()
        self.repository = ""
        self.done = self.total = 0
        self._progressed.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def begin(self, repository: str) -> None:
        """Fetch the weights of ``repository`` on a thread."""
        cancelled = self._cancelled = threading.Event()
        self.repository, self.done, self.total = repository, 0, 0

        def report(done: int, total: int) -> None:
            """Run on the worker's thread."""
            if cancelled.is_set():
                raise _CancelledError("The download was cancelled; what has arrived is kept.")
            self._progressed.emit((repository, done, total))

        def work() -> Any:
            from desktop_app.api import fetch_weights

            return fetch_weights(repository, report)

        self._background.run(_PLACE, work, lambda _file: self._end(""), lambda error: self._end(sentence(error)))
        self.changed.emit()

    def cancel(self) -> None:
        """Let go of the download; its thread ends with the next bytes, or within some seconds where none come."""
        self._cancelled.set()
        if self.repository:
            self._background.forget(_PLACE)
            self._end("")

    @Slot(object)
    def _take(self, progress: tuple[str, int, int]) -> None:
        repository, done, total = progress
        if repository == self.repository:
            self.done, self.total = done, total
            self.changed.emit()

    def _end(self, text: str) -> None:
        self.repository = ""
        self.changed.emit()
        self.ended.emit(text)
