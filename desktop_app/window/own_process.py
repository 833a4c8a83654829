"""Runs one of Downslope's own commands in a process of its own, for the window, and reads its JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from desktop_app.registry.own_program import own_command, own_environment

_PATIENCE_MS = 5000


class OwnProcess(QObject):
    """One at a time: ``said`` comes with each new line on the standard error, ``ended`` once, whatever became of it.

    Args:
        has_children: Whether it has processes of its own, which it ends when it is asked to end and not killed.
    """

    said = Signal()
    ended = Signal()

    def __init__(self, parent: QObject, *, has_children: bool = False) -> None:
        super().__init__(parent)
        self._has_children = has_children
        self.line = ""
        """The last whole or half line that was said on the standard error."""
        self.was_cancelled = False
        self._answer = bytearray()
        self._words = bytearray()
        self._process: QProcess | None = None

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self._process is not None

    @property
    def answer(self) -> dict[str, Any] | None:
        """The JSON object in the last line of what was printed, or ``None`` where there is none."""
        try:
            found = json.loads(_last_line(self._answer))
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def begin(self, *arguments: str, environment: Mapping[str, str]) -> None:
        """Run ``downslope`` with ``arguments``; what runs already is given up. ``environment`` is added to its own."""
        self.cancel()
        self.line, self.was_cancelled = "", False
        self._answer, self._words = bytearray(), bytearray()
        whole = QProcessEnvironment()
        for name, value in {**own_environment(), "PYTHONIOENCODING": "utf-8", **environment}.items():
            whole.insert(name, value)
        program, *given = own_command(*arguments)
        process = QProcess(self)
        process.setProcessEnvironment(whole)
        process.setStandardInputFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        process.start(program, given)

    def cancel(self) -> None:
        """Give up what runs, and wait until its process has ended."""
        process = self._process
        if process is None:
            return
        self.was_cancelled = True
        if self._has_children and sys.platform != "win32":
            process.terminate()
        else:
            process.kill()
        if not process.waitForFinished(_PATIENCE_MS):
            process.kill()
            process.waitForFinished(_PATIENCE_MS)

    def _read(self) -> None:
        if self._process is None:
            return
        self._answer += self._process.readAllStandardOutput().data()
        self._words += self._process.readAllStandardError().data()
        line = _last_line(self._words)
        if line != self.line:
            self.line = line
            self.said.emit()

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._words += b"The process could not be started."
            self._finished()

    def _finished(self, *_status: object) -> None:
        process = self._process
        if process is None:
            return
        self._read()
        self.line = _last_line(self._words)
        self._process = None
        process.deleteLater()
        self.ended.emit()


def _last_line(output: bytearray) -> str:
    return output.decode("utf-8", "replace").strip().rpartition("\n")[2]
