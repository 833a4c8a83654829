"""The training as the window sees it: one session, its state, and its events on the window's thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

if TYPE_CHECKING:
    from desktop_app.engine.experiment import Experiment
    from desktop_app.engine.remedy import Remedy
    from desktop_app.engine.session import Session
    from desktop_app.registry import Registry

# Ten times a second: a window that redraws more often takes the interpreter from the training thread.
POLL_MS = 100
# Where drawing is slow it is done less often, so that it never takes more than this share of the window's time.
DRAWING_SHARE = 0.2

ACTIVE = ("preparing", "running", "paused")


class Training(QObject):
    """Starts, pauses and ends one session at a time; ``ticked`` comes ten times a second while it is active."""

    state_changed = Signal()
    happened = Signal(object)
    ticked = Signal(object)
    ended = Signal(object)
    _arrived = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self.stopping = False
        self.is_over = True
        """Whether no session has begun whose end was not told yet: its state may be known before."""
        self._shown = "idle"
        self._number = 0
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._arrived.connect(self._receive, Qt.ConnectionType.QueuedConnection)

    @property
    def state(self) -> str:
        """``idle`` before the first session, then the session's own state."""
        return self.session.state if self.session else "idle"

    @property
    def active(self) -> bool:
        """Whether a session is preparing, running or paused."""
        return self.state in ACTIVE

    def start(self, experiment: Experiment, registry: Registry, out: Path) -> None:
        """Begin a training; the caller has seen to it that none is active."""
        from desktop_app.engine.session import Session

        self._begin(lambda listener: Session(experiment, registry, out=out, listener=listener))

    def resume(
        self, run_folder: Path, registry: Registry, epochs: int | None = None, remedy: Remedy | None = None
    ) -> None:
        """Go on with a run that was stopped or, with ``epochs``, make a finished one longer.

        ``remedy`` is what a run that failed goes on with.
        """
        from desktop_app.engine.session import Session

        self._begin(
            lambda listener: Session.resuming(
                run_folder,
                registry,
                epochs=epochs,
                listener=listener,
                micro_batch=(remedy.micro_batch or None) if remedy else None,
                learning_rate=(remedy.learning_rate or None) if remedy else None,
            )
        )

    def pause(self) -> None:
        """Ask the loop to wait after this step."""
        if self.session and self.state == "running":
            self.session.pause()

    def proceed(self) -> None:
        """Let a paused loop go on."""
        if self.session and self.state == "paused":
            self.session.proceed()

    def stop(self) -> None:
        """Ask the loop to save and end after this step."""
        if self.session and self.active:
            self.stopping = True
            self.session.stop()
            self.state_changed.emit()

    def join(self) -> None:
        """Wait until the worker's thread has ended."""
        self._timer.stop()
        if self.session:
            self.session.wait()

    def _begin(self, make: Callable[[Callable[[Any], None]], Session]) -> None:
        self._number += 1
        # The listener runs on the worker's thread; the signal carries the event over to ours.
        self.session = make(partial(self._arrived.emit, self._number))
        self.stopping = self.is_over = False
        self.session.start()
        self._timer.start()
        self._shown = self.state
        self.state_changed.emit()

    @Slot(object, object)
    def _receive(self, number: int, event: object) -> None:
        from desktop_app.engine.events import Ended

        if number != self._number:  # of a session that had ended, and after which another one has begun
            return
        self.happened.emit(event)
        if isinstance(event, Ended):
            self._timer.stop()
            if self.session:
                self.session.wait()
            self._poll()
            self.is_over = True
            self.ended.emit(event.outcome)

    @Slot()
    def _poll(self) -> None:
        if not self.session:
            return
        if self.state != self._shown:
            self._shown = self.state
            self.state_changed.emit()
        began = time.perf_counter()
        self.ticked.emit(self.session.progress())
        took_ms = 1000 * (time.perf_counter() - began)
        self._timer.setInterval(max(POLL_MS, round(took_ms / DRAWING_SHARE)))
