"""Opens files and folders in the programs that the system has for them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop_app.window.workspace import Notice, Workspace


def show_outside(workspace: Workspace, path: Path) -> None:
    """Open ``path`` outside of the window; where the system has no program for it, say where it lies."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        workspace.said.emit(Notice(f"The system has no program to open it with. It lies at {path}"))
