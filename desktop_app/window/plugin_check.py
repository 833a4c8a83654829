"""Runs ``downslope plugins check`` on a plugin in a process of its own, for the window."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.window.own_process import OwnProcess

# The checks have limits of their own; this is for a machine on which even those do not end.
_LIMIT_MS = 20 * 60 * 1000


class PluginCheck(QObject):
    """One check at a time: ``changed`` comes when it begins, says something, and ends.

    ``checks`` are then dictionaries with ``check``, ``passed`` and ``detail``; ``problem`` says why there are none.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.target = ""
        self.checks: list[dict[str, Any]] = []
        self.problem = ""
        self._process = OwnProcess(self, has_children=True)
        self._process.said.connect(self.changed)
        self._process.ended.connect(self._ended)
        self._limit = QTimer(self, singleShot=True, interval=_LIMIT_MS)
        self._limit.timeout.connect(self.cancel)

    @property
    def running(self) -> bool:
        """Whether a check is on its way."""
        return self._process.running

    @property
    def line(self) -> str:
        """What the check is about, as it says."""
        return self._process.line

    def begin(self, target: str) -> None:
        """Check the plugin at the path ``target``; one that is running is given up."""
        self.cancel()
        self.target, self.problem, self.checks = target, "", []
        self._limit.start()
        self._process.begin("plugins", "check", target, "--json", environment={"PYTHONUNBUFFERED": "1"})
        self.changed.emit()

    def cancel(self) -> None:
        """Give up the check that runs, and have its process end."""
        self._process.cancel()

    def _ended(self) -> None:
        self._limit.stop()
        checks = (self._process.answer or {}).get("checks")
        if isinstance(checks, list):
            self.checks = checks
        elif not self._process.was_cancelled:
            self.problem = self._process.line or "The check ended without a word."
        self.changed.emit()
