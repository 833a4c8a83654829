"""Gets a surface out of the loss of what is open: the run on show, otherwise the experiment being written."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.learn.race_watch import RaceWatch
from desktop_app.engine.learn.surfaces import Surface
from desktop_app.window.background import sentence
from desktop_app.window.learn.race_work import RaceWork
from desktop_app.window.workspace import Notice, Workspace

_NO_DATA = "Choose data first: a cut through your own loss needs a network and samples of yours."
_BUSY = "A training is running; a cut through the loss can be computed when it has ended."


class OwnLoss(QObject):
    """``found`` carries the ``Surface``; what was computed last is kept until another run or experiment is open."""

    progressed = Signal(object)
    found = Signal(object)
    ended = Signal()

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._work = RaceWork("own loss", workspace.background, self)
        self._work.progressed.connect(self.progressed)
        self._work.idle.connect(self.ended)
        self._kept: tuple[str, Surface] | None = None
        workspace.training.state_changed.connect(self._training_changed)

    def ask(self) -> None:
        """Compute the surface behind the window; says why where there is nothing to compute it from."""
        workspace = self._workspace
        registry, run, experiment = workspace.shelf.registry, workspace.run, workspace.experiment
        if workspace.training.active:
            workspace.said.emit(Notice(_BUSY, "bad"))
            return
        if registry is None or (run is None and not workspace.ready_to_train):
            problem = workspace.problem
            workspace.said.emit(Notice(str(problem) if problem is not None else _NO_DATA, "bad"))
            return
        key = str(run.folder) if run is not None else json.dumps(workspace.draft.values, sort_keys=True, default=str)
        if self._kept is not None and self._kept[0] == key:
            self.found.emit(self._kept[1])
            return

        def job(watch: RaceWatch) -> Any:
            from desktop_app.engine.learn.loss_slice import slice_of_draft, slice_of_run

            watch.begin()

            def report(share: float) -> None:
                watch.stepping("")
                watch.share = share

            if run is not None:
                return key, slice_of_run(run, registry, 0, report)
            assert experiment is not None
            return key, slice_of_draft(experiment, registry, 0, report)

        self._work.start(job, self._done, self._failed, may_take_long=True)

    def stop(self) -> None:
        """End the computation, if there is one."""
        self._work.stop()

    def _done(self, result: tuple[str, Surface]) -> None:
        self._kept = result
        self.found.emit(result[1])

    def _failed(self, error: BaseException) -> None:
        self._workspace.said.emit(Notice(f"Your own loss cannot be cut through. {sentence(error)}", "bad"))

    def _training_changed(self) -> None:
        # Both draw from torch's one generator.
        if self._workspace.training.active and self._work.busy:
            self.stop()
