"""A part of a form with a title that folds it away."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.window.building_blocks import column
from desktop_app.window.icons import put


class Section(QWidget):
    """Shows or hides what belongs to its title."""

    def __init__(self, title: str, *content: QWidget, opened: bool = True) -> None:
        super().__init__()
        self.title = QToolButton()
        self.title.setProperty("look", "disclosure")
        self.title.setText(title)
        self.title.setCheckable(True)
        self.title.setChecked(opened)
        self.title.setIconSize(QSize(14, 14))
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.toggled.connect(self._fold)
        self._content = content
        self.setLayout(column(self.title, *content, spacing=8))
        self._fold(opened)

    def open(self) -> None:
        """Show what belongs to the title."""
        self.title.setChecked(True)

    def _fold(self, opened: bool) -> None:
        put(self.title, "expanded" if opened else "collapsed")
        for widget in self._content:
            widget.setVisible(opened)
