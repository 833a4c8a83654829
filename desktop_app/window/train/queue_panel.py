"""The experiments that wait for their turn."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop_app.window.workspace import Workspace


class QueuePanel(QWidget):
    """Hidden while nothing waits."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
