"""What the diagnosis says of the run on show: findings in plain words, each with evidence and one button."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.window.workspace import Workspace


class FindingsPanel(QWidget):
    """Asks for a diagnosis behind the window and shows it; ``evidence_asked`` carries an ``Exhibit`` to be shown."""

    evidence_asked = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
