"""The diagnosis of the run on show, worked out behind the window: again and again while it trains, once afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.events import Ended, EpochEnded, Event
from desktop_app.engine.insight.diagnose import Diagnosis
from desktop_app.window.plots.run_series import RunSeries
from desktop_app.window.train.running_order import facts_of
from desktop_app.window.workspace import Workspace

# Rules read whole series: more often, they would take time from the training for little news.
_SECONDS = 3.0
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
        self.diagnosis: Diagnosis | None = None
        self.error: BaseException | None = None
        self.live = False
        workspace.training.ticked.connect(self._tick)
        workspace.training.happened.connect(self._happened)
        workspace.training.state_changed.connect(self._state_changed)
        workspace.run_changed.connect(self._run_changed)

    def _state_changed(self) -> None:
        session = self._workspace.training.session
        if self._workspace.training.active and session is not self._subject:
            self._begin(session)

    def _tick(self, _progress: Any) -> None:
        if time.monotonic() - self._asked >= _SECONDS:
            self._ask_live()

    def _happened(self, event: Event) -> None:
        if isinstance(event, EpochEnded):
            self._ask_live()
        elif isinstance(event, Ended):
            self._asked = float("-inf")

    def _run_changed(self) -> None:
        """Look at a run that is over; one that is under way is looked at as it goes on."""
        run = self._workspace.run
        if run is None or self._workspace.training.active:
            if not self._workspace.training.active:
                self._begin(None)
            return
        session = self._workspace.training.session
        ended_here = session is not None and session is self._subject and session.run is not None
        if not (ended_here and session is not None and session.run is not None and session.run.folder == run.folder):
            self._begin(run)
        self._subject = run
        self._ask(lambda: _of_run(run), live=False)

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
            self._ask(lambda: _of_session(session), live=True)

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


def _of_run(run: Any) -> Diagnosis:
    """Return the diagnosis of a run that is over. Runs on a thread of its own."""
    from desktop_app.engine.insight.diagnose import diagnose
    from desktop_app.engine.insight.evidence import Evidence

    return diagnose(Evidence(run.experiment, facts_of(run), RunSeries(run), run.status, run.reason))


def _of_session(session: Any) -> Diagnosis:
    """Return the diagnosis of a training under way. Runs on a thread of its own."""
    from desktop_app.engine.insight.diagnose import diagnose
    from desktop_app.engine.insight.evidence import Evidence

    run = session.run
    return diagnose(Evidence(run.experiment, facts_of(run), session.recorder, "running"))
