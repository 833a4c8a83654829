"""Computes races behind the window, the newest first; a plugin's step that never ends is broken off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from desktop_app.engine.learn.race_watch import RaceCancelled, RaceWatch
from desktop_app.window.background import Background

Job = Callable[[RaceWatch], Any]
_LOOK_MS = 100
# A step on two numbers takes a tenth of a millisecond; the first one may import half of torch on a busy machine.
PATIENCE_MS = 10_000
# How long one that was told to end may take before it is broken off.
_GRACE_MS = 1000
_GRACE_AT_THE_END_SECONDS = 0.5
# From when on the one that everybody waits for is named.
_STALLED_MS = 1500


@dataclass
class _Running:
    watch: RaceWatch
    patience_ms: int
    ended: threading.Event = field(default_factory=threading.Event)
    seen: int = -1
    since: QElapsedTimer = field(default_factory=QElapsedTimer)


class RaceWork(QObject):
    """One job at a time; ``progressed`` tells ten times a second how far it is, ``idle`` that there is none."""

    progressed = Signal(object)
    idle = Signal()

    def __init__(self, place: str, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self.patience_ms = PATIENCE_MS
        self._place, self._background = place, background
        self.endless: set[Any] = set()
        self._running: list[_Running] = []
        self._next: tuple[Any, ...] | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether a result is still to come."""
        return self._background.busy(self._place)

    def start(
        self,
        job: Job,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        *,
        waits: bool = False,
        may_take_long: bool = False,
    ) -> None:
        """Run ``job`` on a thread, instead of what runs now.

        Args:
            job: Given the watch that it is to look at.
            done: Given its result, on this thread.
            failed: Given what it raised.
            waits: Begin when the one that runs now has ended; of several that wait, only the newest is run.
            may_take_long: Its steps are not a plugin's, and are never broken off.
        """
        if waits and self.busy:
            self._next = (job, done, failed)
            return
        self._next = None
        for old in self._running:
            old.watch.cancel()
            old.patience_ms = _GRACE_MS
        running = _Running(RaceWatch(self.endless), 0 if may_take_long else self.patience_ms)
        self._running.append(running)
        self._timer.start()

        def work() -> Any:
            try:
                return job(running.watch)
            except RaceCancelled:
                return None
            finally:
                running.ended.set()

        self._background.run(self._place, work, lambda result: self._done(done, result), failed)

    def stop(self) -> None:
        """End what runs, and throw its result away."""
        self._next = None
        self._background.forget(self._place)
        for running in self._running:
            running.watch.cancel()
        for running in self._running:
            if not running.ended.wait(_GRACE_AT_THE_END_SECONDS):
                running.watch.break_off()
        self._running.clear()
        self._timer.stop()
        self.idle.emit()

    def _done(self, done: Callable[[Any], None], result: Any) -> None:
        waiting, self._next = self._next, None
        if waiting is not None:
            self.start(*waiting)
        if result is not None:
            done(result)

    def _look(self) -> None:
        """Tell how far the newest job is, and break off whatever stands still for too long."""
        self._running = [running for running in self._running if not running.ended.is_set()]
        for running in self._running:
            if running.watch.steps_taken != running.seen or not running.since.isValid():
                running.seen = running.watch.steps_taken
                running.since.start()
                running.watch.stalled = False
            elif running.since.hasExpired(_STALLED_MS):
                running.watch.stalled = True
            if running.patience_ms and running.since.hasExpired(running.patience_ms):
                running.watch.break_off()
                running.since.start()
        if self.busy and self._running:
            self.progressed.emit(self._running[-1].watch)
        if not self._running:
            self._timer.stop()
            self.idle.emit()
