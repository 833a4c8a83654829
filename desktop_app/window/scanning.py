"""The scan of the open data as the window sees it: it runs by itself, in two parts, and can be cancelled."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.engine.experiment import Experiment
from desktop_app.errors import DownslopeError
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.engine.scan.finding import ScanReport
    from desktop_app.engine.scan.known import Known

State = Literal["empty", "looking", "judging", "ready", "cancelled", "failed"]
_PLACE = "scan"
_LOOK_MS = 150
MOST_JUDGED_UNASKED = 2000
"""So many pictures' features are computed without being asked for, which takes a minute or two on two cores."""


class _CancelledError(DownslopeError):
    """Ends the thread of a scan that nobody waits for any more."""


@dataclass(frozen=True)
class ScanProgress:
    """What is being done, the number done and the total, which is 0 where it is not known."""

    phase: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class _Looked:
    """What the cheap part gives, and the number of pictures whose features the check of the labels has to compute."""

    report: ScanReport
    samples: Any
    unjudged: int


class Scanning(QObject):
    """Scans whatever data the workspace reads, as soon as it is there.

    First all checks but that of the labels, whose findings are shown at once; then the labels, unless there are so many
    pictures that it should be asked for, and not beside a training. What was seen of a picture is kept by its file, so
    that a scan after a sample was left out decodes nothing again.
    """

    changed = Signal()
    progressed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._known: Known | None = None
        self._scanned: tuple[Any, ...] = ()
        self._cancelled = threading.Event()
        self._after_training = False
        self._waiting = False
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.progressed)
        self.state: State = "empty"
        self.report: ScanReport | None = None
        self.samples: Any = None
        self.error: BaseException | None = None
        self.progress = ScanProgress()
        self.unjudged = 0
        workspace.data.changed.connect(self._data_changed)
        workspace.network.changed.connect(self._start_if_waiting)
        workspace.training.state_changed.connect(self._training_changed)

    @property
    def busy(self) -> bool:
        """Whether a part of the scan runs."""
        return self.state in ("looking", "judging")

    def start(self) -> None:
        """Scan the data that the workspace has now."""
        data = self._workspace.data
        if data.state != "ready":
            return
        samples = data.value[0]
        draft = self._workspace.draft
        try:
            experiment = Experiment.from_dict({"data": draft.get("data")}, draft.folder)
        except DownslopeError:
            return  # the draft was changed since; data that fits it is on its way
        from desktop_app.engine.scan import labels_can_be_checked, scan_samples
        from desktop_app.engine.scan.known import Known

        known = self._known = self._known or Known()
        report = self._begin("looking")

        def work() -> _Looked:
            found = scan_samples(experiment, samples, known, report)
            unjudged = known.without_vectors(list(samples.items)) if labels_can_be_checked(samples) else 0
            return _Looked(found, samples, unjudged)

        self._workspace.background.run(_PLACE, work, self._looked, self._failed)

    def judge(self) -> None:
        """Compare the labels with what the pictures show; computes the features that are not known yet."""
        found, samples, known = self.report, self.samples, self._known
        registry = self._workspace.shelf.registry
        if found is None or known is None or registry is None:
            return
        if self._workspace.training.active:
            self._after_training = True
            return
        report = self._begin("judging")

        def work() -> ScanReport:
            from desktop_app.engine.scan import check_labels

            return check_labels(found, samples, registry, known, report)

        self._workspace.background.run(_PLACE, work, self._judged, self._failed)

    def cancel(self) -> None:
        """Let go of what runs; its thread ends at the next picture."""
        if not self.busy:
            return
        self._let_go()
        self._after_training = False
        self._show("ready" if self.state == "judging" else "cancelled")

    def close(self) -> None:
        """Have the thread end; called once, when the window closes."""
        self._let_go()

    def _begin(self, state: State) -> Any:
        """Return what the thread reports to, which ends it once it is cancelled."""
        self._let_go()
        cancelled = self._cancelled = threading.Event()
        self.progress = ScanProgress()

        def report(phase: str, done: int, total: int) -> None:
            if cancelled.is_set():
                raise _CancelledError("The scan was cancelled.")
            self.progress = ScanProgress(phase, done, total)  # swapped whole, for the window's timer

        self._timer.start()
        self._show(state)
        return report

    def _let_go(self) -> None:
        self._waiting = False
        self._timer.stop()
        self._cancelled.set()
        self._workspace.background.forget(_PLACE)

    def _show(self, state: State) -> None:
        self.state = state
        if not self.busy:
            self._timer.stop()
        self.changed.emit()

    def _data_changed(self) -> None:
        data = self._workspace.data
        if data.state == "ready":
            samples, split = data.value
            draft = self._workspace.draft
            origin = [draft.get(f"data.{key}") for key in ("source", "path", "target")]
            settings = [draft.get(f"data.{key}") for key in ("unreadable", "balance")]
            asked = (samples, split.training, split.validation, split.test, settings, origin)
            if not self._same_as_before(asked):
                if not self._scanned or self._scanned[5] != origin:
                    self.report = self.samples = None  # of other data; of the same, it is shown until the new one comes
                self._scanned = asked
                self._begin("looking")
                self._waiting = True
                self._start_if_waiting()
        elif data.state != "loading" and self.state != "empty":
            self._let_go()
            self._scanned, self.report, self.samples = (), None, None
            self._show("empty")

    def _start_if_waiting(self) -> None:
        """Begin once the pages have shown the network: their forms would take twice as long beside a scan."""
        if self._waiting and self._workspace.network.state != "loading":
            self._waiting = False
            QTimer.singleShot(0, self, self.start)

    def _same_as_before(self, asked: tuple[Any, ...]) -> bool:
        before = self._scanned
        return (
            bool(before)
            and before[0] is asked[0]
            and before[4:] == asked[4:]
            and all(np.array_equal(old, new) for old, new in zip(before[1:4], asked[1:4], strict=True))
        )

    def _looked(self, looked: _Looked) -> None:
        self.report, self.samples = looked.report, looked.samples
        self.unjudged, self.error = looked.unjudged, None
        self._show("ready")
        if self.unjudged <= MOST_JUDGED_UNASKED:
            self.judge()

    def _judged(self, report: ScanReport) -> None:
        self.report, self.unjudged = report, 0
        self._show("ready")

    def _failed(self, error: BaseException) -> None:
        self.error = error
        self._show("failed")

    def _training_changed(self) -> None:
        active = self._workspace.training.active
        if active and self.state == "judging":
            self.cancel()
            self._after_training = True
        elif not active and self._after_training:
            self._after_training = False
            self.judge()
