"""Ctrl+K: every command by name, found by typing parts of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from desktop_app.window.building_blocks import column
from desktop_app.window.theme import colours

_WIDTH, _HEIGHT = 480, 400


@dataclass(frozen=True)
class Command:
    """Something that can be done, by name; ``keys`` is its shortcut as people read it."""

    text: str
    do: Callable[[], object]
    keys: str = ""


def matching(commands: Sequence[Command], typed: str) -> list[Command]:
    """Return the commands that hold every typed word, those that begin with the first word first."""
    wanted = typed.lower().split()
    found = [command for command in commands if all(word in command.text.lower() for word in wanted)]
    return sorted(found, key=lambda command: not (wanted and command.text.lower().startswith(wanted[0])))


class CommandPalette(QDialog):
    """A list over the window: type, choose with the arrows, Enter does it, Escape closes."""

    def __init__(self, commands: Sequence[Command], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._commands = commands
        self._found: list[Command] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText("What do you want to do?")
        self.search.setAccessibleName("Find a command")
        self.search.textChanged.connect(self._list)
        self.search.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemActivated.connect(lambda _item, _column: self._do())
        self.list.itemClicked.connect(lambda _item, _column: self._do())
        self.setLayout(column(self.search, self.list, margins=12))
        self.resize(_WIDTH, _HEIGHT)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - _WIDTH) // 2, corner.y() + 56)
        self._list("")
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows and Enter in the search field move in the list."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._choose(self._place + step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do()
                return True
        return super().eventFilter(watched, event)

    def _list(self, typed: str) -> None:
        self.list.clear()
        self._found = matching(self._commands, typed)
        for command in self._found:
            item = QTreeWidgetItem([command.text, command.keys])
            item.setForeground(1, QColor(colours().muted))
            self.list.addTopLevelItem(item)
        self._choose(0)

    @property
    def _place(self) -> int:
        item = self.list.currentItem()
        return self.list.indexOfTopLevelItem(item) if item is not None else -1

    def _choose(self, place: int) -> None:
        item = self.list.topLevelItem(max(0, min(self.list.topLevelItemCount() - 1, place)))
        if item is not None:
            self.list.setCurrentItem(item)

    def _do(self) -> None:
        place = self._place
        self.close()
        if 0 <= place < len(self._found):
            self._found[place].do()
