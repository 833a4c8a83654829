"""Runs ``downslope plugins check`` on a plugin in a process of its own, for the window."""

from __future__ import annotations

import json
import sys
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop_app.registry.own_program import own_command, own_environment

# The checks have limits of their own; this is for a machine on which even those do not end.
_LIMIT_MS = 20 * 60 * 1000
_PATIENCE_MS = 3000


class PluginCheck(QObject):
    """One check at a time: ``changed`` comes when it begins, says something, and ends.

    ``checks`` are then dictionaries with ``check``, ``passed`` and ``detail``; ``problem`` says why there are none.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.target = ""
        self.line = ""
        self.checks: list[dict[str, Any]] = []
        self.problem = ""
        self._cancelled = False
        self._shown = bytearray()
        self._said = bytearray()
        self._process: QProcess | None = None
        self._limit = QTimer(self, singleShot=True, interval=_LIMIT_MS)
        self._limit.timeout.connect(self.cancel)

    @property
    def running(self) -> bool:
        """Whether a check is on its way."""
        return self._process is not None

    def begin(self, target: str) -> None:
        """Check the plugin at the path ``target``; one that is running is given up."""
        self.cancel()
        self.target, self.line, self.problem, self.checks = target, "", "", []
        self._cancelled = False
        self._shown, self._said = bytearray(), bytearray()
        environment = QProcessEnvironment()
        for name, value in {**own_environment(), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}.items():
            environment.insert(name, value)
        program, *arguments = own_command("plugins", "check", target, "--json")
        process = QProcess(self)
        process.setProcessEnvironment(environment)
        process.setStandardInputFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        self._limit.start()
        process.start(program, arguments)
        self.changed.emit()

    def cancel(self) -> None:
        """Give up the check that runs, and have its process end."""
        process = self._process
        if process is None:
            return
        self._cancelled = True
        if sys.platform == "win32":
            process.kill()
        else:
            process.terminate()  # it ends its own processes, which a kill would leave behind
        if not process.waitForFinished(_PATIENCE_MS):
            process.kill()
            process.waitForFinished(_PATIENCE_MS)

    def _read(self) -> None:
        if self._process is None:
            return
        self._shown += self._process.readAllStandardOutput().data()
        self._said += self._process.readAllStandardError().data()
        line = _last_line(self._said)
        if line != self.line:
            self.line = line
            self.changed.emit()

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._said += b"The process for the check could not be started."
            self._finished()

    def _finished(self, *_status: object) -> None:
        process = self._process
        if process is None:
            return
        self._read()
        self._process = None
        self._limit.stop()
        process.deleteLater()
        try:
            self.checks = list(json.loads(_last_line(self._shown))["checks"])
        except (ValueError, KeyError, TypeError):
            self.problem = "" if self._cancelled else _last_line(self._said) or "The check ended without a word."
        self.changed.emit()


def _last_line(output: bytearray) -> str:
    return output.decode("utf-8", "replace").strip().rpartition("\n")[2]
