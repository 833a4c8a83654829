"""Which decision boundary the Train page shows: the newest of a live training, or that of a run's best weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_app.errors import DownslopeError
from desktop_app.window.background import sentence
from desktop_app.window.train.boundary_view import BoundaryView
from desktop_app.window.wording import share
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.engine.insight.boundary import Boundary
    from desktop_app.engine.run import Run
    from desktop_app.engine.session import Session

_PLACE = "boundary"
_SOON = "It is drawn in a moment"
_NOT_WATCHED = "Drawn while instruments watch a training; they are switched off for this one"


class Boundaries(QObject):
    """``presence_changed`` tells whether the run on show has a boundary at all: two number columns, and classes."""

    presence_changed = Signal(bool)

    def __init__(self, workspace: Workspace, view: BoundaryView) -> None:
        super().__init__(view)
        self._workspace, self._view = workspace, view
        self._run: Run | None = None
        self._session: Session | None = None
        self.present = False
        workspace.training.state_changed.connect(self.refresh)
        workspace.run_changed.connect(self.refresh)
        workspace.shelf.changed.connect(self.refresh)

    def pull(self) -> None:
        """Show the newest boundary of a training under way; called at ticks while the view is in front."""
        session = self._workspace.training.session
        if session is not None and self._workspace.training.active and session.recorder.boundary is not None:
            self._view.show_boundary(session.recorder.boundary)

    def refresh(self) -> None:
        """Look at which run is on show, and have the boundary of one that is over worked out behind the window."""
        training = self._workspace.training
        if training.state == "preparing" or not (training.active or training.is_over):
            return  # which run is about to be shown is not known yet, and nobody is sent away from this view
        session = training.session
        run = session.run if training.active and session is not None else self._workspace.run
        ready = self._workspace.shelf.registry is not None
        self._set_present(ready and run is not None and _has_boundary(run))
        if training.active:
            self._run = None
            if session is not None and session is not self._session:
                self._session = session  # what is on show is another run's
                watched = session.experiment.training.instruments
                self._view.show_boundary(None, _SOON if watched else _NOT_WATCHED)
            self.pull()
        elif run is None or not self.present:
            self._run = None
            self._view.show_boundary(None)
        elif run is not self._run:
            self._run = run
            self._ask(run)

    def _ask(self, run: Run) -> None:
        plugins = self._workspace.shelf.registry
        assert plugins is not None
        live = self._workspace.training.session
        if live is None or live.run is None or live.run.folder != run.folder:
            self._view.show_boundary(None, "Working it out…")

        def work() -> Boundary | None:
            from desktop_app.engine.insight.boundary_of_run import boundary_of

            return boundary_of(run, plugins)

        def done(boundary: Boundary | None) -> None:
            if run is self._run:
                best = (self._workspace.run_result.get("best") or {}).get("val_accuracy")
                self._view.show_boundary(boundary, f"best epoch, accuracy {share(best)}" if best is not None else "")

        def failed(error: BaseException) -> None:
            if run is self._run and self._view.boundary is None:
                self._view.show_boundary(None, sentence(error))

        self._workspace.background.run(_PLACE, work, done, failed)

    def _set_present(self, present: bool) -> None:
        if present != self.present:
            self.present = present
            self.presence_changed.emit(present)


def _has_boundary(run: Run) -> bool:
    # Not at the top: it comes with torch, which is loaded behind the window.
    from desktop_app.engine.insight.boundary import has_boundary

    try:
        return has_boundary(run.task)
    except DownslopeError:
        # A run that cannot be read says so elsewhere on the page.
        return False
