"""What every page is: a body that shows one of its states, and an inspector at its right where it has forms."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.window.command_palette import Command
from desktop_app.window.rail import PageState
from desktop_app.window.state_panel import StatePanel
from desktop_app.window.workspace import Workspace

INSPECTOR_PIXELS = 336


class Page(QWidget):
    """A page shows the workspace; what it does, it asks of the workspace.

    ``NAME`` is also the name of its help, ``resources/docs/<NAME>.md``; ``AT_END`` puts its entry below the rail's gap.
    """

    NAME: ClassVar[str]
    TITLE: ClassVar[str]
    ICON: ClassVar[str]
    AT_END: ClassVar[bool] = False

    state_changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.state: PageState = "empty"
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.stack = QStackedWidget()
        self.panel = StatePanel()
        self.stack.addWidget(self.panel)
        self._layout.addWidget(self.stack, 1)
        self._inspector: QScrollArea | None = None

    def commands(self) -> list[Command]:
        """Return what the command palette offers while this page is in front."""
        return []

    def dropped(self, _paths: list[object]) -> bool:
        """Take files that were dropped on this page; returns whether it wanted them."""
        return False

    def undo(self) -> bool:
        """Take back the last change that is this page's own; returns whether it has steps of its own now."""
        return False

    def redo(self) -> bool:
        """Take again what ``undo`` took back; returns whether this page has steps of its own now."""
        return False

    def space_pressed(self) -> None:
        """Do what Space does on this page."""

    def join(self) -> None:
        """Have the threads of this page end; called once, when the window closes."""

    def set_state(self, state: PageState) -> None:
        """Say on the rail how far this page's work is."""
        if state != self.state:
            self.state = state
            self.state_changed.emit()

    def say_bad(self, sentence: str) -> None:
        """Say under the header what could not be done, for whatever is on this page."""
        self.workspace.say(sentence, tone="bad")

    def add_content(self, content: QWidget) -> None:
        """Add a body for when the page has something to show."""
        self.stack.addWidget(content)

    def add_inspector(self, *parts: QWidget) -> None:
        """Put forms at the right, one below the other."""
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for part in parts:
            layout.addWidget(part)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setFixedWidth(INSPECTOR_PIXELS)
        area.setProperty("look", "inspector")
        self._inspector = area
        self._layout.addWidget(area)

    def show_inspector(self, shown: bool) -> None:
        """Show the inspector or not."""
        if self._inspector is not None:
            self._inspector.setVisible(shown)

    def show_problem(self, _key: str, _sentence: str) -> bool:
        """Say what is wrong with a key of the draft beside its field; returns whether there is such a field here."""
        return False
