"""The diagnosis of the run on show, worked out behind the window: again and again while it trains, once afterwards."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.events import Ended, EpochEnded, Event
from desktop_app.engine.insight.diagnose import Diagnosis, diagnose, diagnose_session
from desktop_app.engine.insight.sources import evidence_of_run
from desktop_app.engine.run import Run
from desktop_app.window.workspace import Workspace

# Rules read whole series: more often, they would take time from the training for little news.
_SECONDS = 3.0
# At an epoch's end there mostly is some; a small network has many of them a second.
_SECONDS_OF_EPOCHS = 1.0
_PLACE = "diagnosis"


class Diagnosing(QObject):
    """``changed`` tells that ``diagnosis`` is another one now, or that there is none.

    ``live`` says whether it is about a training that goes on; ``error`` is why there is none where it failed.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._asked = float("-inf")
        self._subject: object = None
        self._waits = False
        self.diagnosis: Diagnosis | None = None
        self.error: BaseException | None = None
        self.live = False
        workspace.training.ticked.connect(self._tick)
        workspace.training.happened.connect(self._happened)
        workspace.training.state_changed.connect(self._state_changed)
        workspace.run_changed.connect(self._run_changed)
        workspace.shelf.changed.connect(self._shelf_changed)

    def _state_changed(self) -> None:
        session = self._workspace.training.session
        if self._workspace.training.active and session is not self._subject:
            self._begin(session)

    def _tick(self, _progress: Any) -> None:
        if time.monotonic() - self._asked >= _SECONDS:
            self._ask_live()

    def _happened(self, event: Event) -> None:
        if isinstance(event, EpochEnded) and time.monotonic() - self._asked >= _SECONDS_OF_EPOCHS:
            self._ask_live()
        elif isinstance(event, Ended):
            self._asked = float("-inf")

    def _run_changed(self) -> None:
        """Look at a run that is over; one that is under way is looked at as it goes on."""
        run, training = self._workspace.run, self._workspace.training
        if training.active:
            return
        if run is None:
            self._begin(None)
            return
        if not self._has_just_ended(run):
            self._begin(run)
        self._subject = run
        self._ask_past()

    def _has_just_ended(self, run: Run) -> bool:
        """Return whether ``run`` is the training that was watched; what was found of it then stays until known anew."""
        session = self._workspace.training.session
        was = session.run if session is not None and session is self._subject else None
        return was is not None and was.folder == run.folder

    def _begin(self, subject: object) -> None:
        """Forget what was found of another run."""
        self._workspace.background.forget(_PLACE)
        self._subject, self.diagnosis, self.error = subject, None, None
        self.live = self._workspace.training.active
        self._asked = float("-inf")
        self.changed.emit()

    def _ask_live(self) -> None:
        training = self._workspace.training
        session = training.session
        if session is None or session.run is None or training.state not in ("running", "paused"):
            return
        if not self._workspace.background.busy(_PLACE):
            self._ask(lambda: diagnose_session(session), live=True)

    def _ask_past(self) -> None:
        """Ask about the run on show, once; advice comes from plugins, which may have to be loaded first."""
        run, shelf = self._workspace.run, self._workspace.shelf
        self._waits = run is not None and shelf.registry is None and shelf.error is None
        if run is not None and not self._waits:
            plugins = shelf.registry
            self._ask(lambda: diagnose(dataclasses.replace(evidence_of_run(run), plugins=plugins)), live=False)

    def _shelf_changed(self) -> None:
        if self._waits:
            self._ask_past()

    def _ask(self, function: Callable[[], Diagnosis], *, live: bool) -> None:
        self._asked = time.monotonic()
        subject = self._subject

        def done(diagnosis: Diagnosis) -> None:
            if subject is self._subject:
                self.diagnosis, self.error, self.live = diagnosis, None, live
                self.changed.emit()

        def failed(error: BaseException) -> None:
            if subject is self._subject:
                self.diagnosis, self.error, self.live = None, error, live
                self.changed.emit()

        self._workspace.background.run(_PLACE, function, done, failed)
