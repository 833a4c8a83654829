"""What every moving picture of the Learn page is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop_app.window.command_palette import Command
from desktop_app.window.workspace import Workspace


class Lesson(QWidget):
    """A lesson fills the body of the Learn page while it is in front.

    It is made when it is first opened, when ``workspace.shelf.registry`` is loaded, and kept until the window closes.
    ``shown`` and ``hidden`` tell when it comes to the front and leaves it: nothing moves, and no thread computes, while
    it is hidden. ``workspace.shelf.changed`` tells that plugins were loaded anew.
    """

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace

    def shown(self) -> None:
        """Begin to move."""

    def hidden(self) -> None:
        """Stop moving."""

    def commands(self) -> list[Command]:
        """Return what the command palette offers while this lesson is in front."""
        return []
