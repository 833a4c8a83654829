"""*Try it on pictures*: a snapshot of the training that runs, exported by another process, opened on the Predict page.

By another process, because PyTorch's exporter touches the state of the random numbers that the training draws from.
"""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

from desktop_app.engine.events import Ended, Event, Noticed, SnapshotTaken
from desktop_app.registry.own_program import own_command, own_environment
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace

_PATIENCE_MS = 5000


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
        self._cancelled = False
        self._process: QProcess | None = None
        self._shown = bytearray()
        self._said = bytearray()
        workspace.training.happened.connect(self._happened)

    @property
    def busy(self) -> bool:
        """Whether a snapshot is being taken or exported."""
        return self._asked or self._process is not None

    @property
    def words(self) -> str:
        """What is being done, in a few words."""
        if self._process is None:
            return "Taking a snapshot…"
        phase = _last_line(self._said).rstrip(" .") or "Loading PyTorch"
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
        if self._process is not None:
            self._cancelled = True
            self._process.kill()
            self._process.waitForFinished(_PATIENCE_MS)
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
        self._cancelled = False
        self._shown, self._said = bytearray(), bytearray()
        environment = QProcessEnvironment()
        # One thread: the training has more need of the others.
        for name, value in {**own_environment(), "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}.items():
            environment.insert(name, value)
        program, *arguments = own_command("export", str(run), "--snapshot", snapshot, "--json")
        process = QProcess(self)
        process.setProcessEnvironment(environment)
        process.setStandardInputFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        process.start(program, arguments)
        self.changed.emit()

    @Slot()
    def _read(self) -> None:
        if self._process is not None:
            self._shown += self._process.readAllStandardOutput().data()
            self._said += self._process.readAllStandardError().data()
            self.changed.emit()

    @Slot(QProcess.ProcessError)
    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._said += b"The process for the export could not be started."
            self._finished()

    @Slot()
    def _finished(self, *_status: object) -> None:
        process = self._process
        if process is None:
            return
        self._read()
        self._process = None
        process.deleteLater()
        if not self._cancelled:
            self._open()
        self.changed.emit()

    def _open(self) -> None:
        try:
            file = Path(json.loads(_last_line(self._shown))["onnx"])
        except (ValueError, KeyError, TypeError):
            why = _last_line(self._said) or "The export ended without a word."
            self._workspace.said.emit(Notice(f"The snapshot cannot be tried. {why}", "bad"))
            return
        self.ready.emit(file)


def _last_line(output: bytearray) -> str:
    return output.decode("utf-8", "replace").strip().rpartition("\n")[2]
