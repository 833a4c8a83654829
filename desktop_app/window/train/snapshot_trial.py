"""*Try it on pictures*: a snapshot of the training that runs, exported by another process, opened on the Predict page.

By another process, because PyTorch's exporter touches the state of the random numbers that the training draws from.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.events import Ended, Event, Noticed, SnapshotTaken
from desktop_app.window.own_process import OwnProcess
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace


class SnapshotTrial(QObject):
    """One at a time; ``changed`` tells when one begins, comes along and ends, ``ready`` carries the file."""

    changed = Signal()
    ready = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._asked = False
        self.step = 0
        """After which step the snapshot was taken that is being exported, or was last."""
        self._process = OwnProcess(self)
        self._process.said.connect(self.changed)
        self._process.ended.connect(self._ended)
        workspace.training.happened.connect(self._happened)

    @property
    def busy(self) -> bool:
        """Whether a snapshot is being taken or exported."""
        return self._asked or self._process.running

    @property
    def words(self) -> str:
        """What is being done, in a few words."""
        if not self._process.running:
            return "Taking a snapshot…"
        phase = self._process.line.rstrip(" .") or "Loading PyTorch"
        return f"Step {count(self.step)}: {phase[:1].lower()}{phase[1:]}…"

    def begin(self) -> None:
        """Have the training keep its model after this step, and go on from there by itself."""
        session = self._workspace.training.session
        if session is None or not self._workspace.training.active or self.busy:
            return
        self._asked = True
        session.take_snapshot()
        self.changed.emit()

    def cancel(self) -> None:
        """Give up the export; the snapshot itself stays in the run's folder."""
        self._asked = False
        self._process.cancel()
        self.changed.emit()

    @Slot(object)
    def _happened(self, event: Event) -> None:
        session = self._workspace.training.session
        if not self._asked or session is None or session.run is None:
            return
        if isinstance(event, SnapshotTaken):
            self._asked = False
            self.step = event.step
            self._export(session.run.folder, event.file)
        elif isinstance(event, Ended) or (isinstance(event, Noticed) and event.text.startswith("No snapshot")):
            self._asked = False
            if isinstance(event, Noticed):
                self._workspace.said.emit(Notice(event.text, "bad"))
            self.changed.emit()

    def _export(self, run: Path, snapshot: str) -> None:
        # One thread: the training has more need of the others.
        threads = {"OMP_NUM_THREADS": "1"}
        self._process.begin("export", str(run), "--snapshot", snapshot, "--json", environment=threads)
        self.changed.emit()

    @Slot()
    def _ended(self) -> None:
        file = (self._process.answer or {}).get("onnx")
        if isinstance(file, str):
            self.ready.emit(Path(file))
        elif not self._process.was_cancelled:
            why = self._process.line or "The export ended without a word."
            self._workspace.said.emit(Notice(f"The snapshot cannot be tried. {why}", "bad"))
        self.changed.emit()
