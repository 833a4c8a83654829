"""Predictions that run behind the window and come in as they are made, one request after another."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.errors import DataError
from desktop_app.window.background import Background

if TYPE_CHECKING:
    from desktop_app.inference.onnx_session import OnnxModel
    from desktop_app.inference.prediction import Prediction

_PLACE = "predict"
_LOOKED_EVERY_MS = 100
_BATCH = 32


class _CancelledError(DataError):
    """Raised between two batches, to end the thread that makes them."""


@dataclass(frozen=True)
class Pace:
    """How far the request that runs is: of ``total`` inputs (0: not known yet), and after how many seconds."""

    done: int
    total: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """How long it will take from here, as far as can be told."""
        if not self.done or not self.total:
            return None
        return self.seconds / self.done * (self.total - self.done)


class Running(QObject):
    """``arrived`` carries a list of predictions; ``changed``: another request began, or none runs any more.

    ``failed`` carries the error of a request that ended early; what it had given until then has arrived before.
    The window's thread asks for what is new by a timer, so that a fast model cannot flood it.
    """

    arrived = Signal(object)
    changed = Signal()
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._waiting: deque[tuple[OnnxModel, Sequence[Path]]] = deque()
        self._found: queue.SimpleQueue[Prediction] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._progress = (0, 0)
        self._began = 0.0
        self._timer = QTimer(self, interval=_LOOKED_EVERY_MS)
        self._timer.timeout.connect(self._look)

    @property
    def active(self) -> bool:
        """Whether a request runs."""
        return self._background.busy(_PLACE)

    @property
    def pace(self) -> Pace:
        """How far the request that runs is."""
        return Pace(*self._progress, time.monotonic() - self._began)

    def ask(self, model: OnnxModel, paths: Sequence[Path]) -> None:
        """Predict these after whatever was asked for before."""
        self._waiting.append((model, paths))
        if not self.active:
            self._begin()

    def cancel(self) -> None:
        """Let go of all requests; the thread ends with its batch, and what it has given by now stays."""
        self._let_go()
        self._look()
        self._found = queue.SimpleQueue()
        self._end()

    def forget(self) -> None:
        """Let go of all requests, and of what they have given and nobody has taken; nobody is told."""
        self._let_go()
        self._timer.stop()
        self._found = queue.SimpleQueue()

    def _let_go(self) -> None:
        self._waiting.clear()
        self._cancelled.set()
        self._background.forget(_PLACE)

    def _begin(self) -> None:
        model, paths = self._waiting.popleft()
        cancelled = self._cancelled = threading.Event()
        found = self._found
        self._progress, self._began = (0, 0), time.monotonic()

        def report(done: int, total: int) -> None:
            self._progress = (done, total)

        def work() -> None:
            """Run on a thread."""
            from desktop_app.inference.prediction import predict_paths

            for prediction in predict_paths(model, paths, batch_size=_BATCH, progress=report):
                if cancelled.is_set():
                    raise _CancelledError
                found.put(prediction)

        self._background.run(_PLACE, work, self._done, self._failed)
        self._timer.start()
        self.changed.emit()

    def _look(self) -> None:
        found: list[Any] = []
        while True:
            try:
                found.append(self._found.get_nowait())
            except queue.Empty:
                break
        if found:
            self.arrived.emit(found)

    def _done(self, _nothing: object) -> None:
        self._end()

    def _failed(self, error: BaseException) -> None:
        self._look()
        self.failed.emit(error)
        self._end()

    def _end(self) -> None:
        self._look()
        if self._waiting:
            self._begin()
            return
        self._timer.stop()
        self.changed.emit()
