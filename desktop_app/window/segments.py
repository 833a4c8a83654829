"""A switch of several words side by side, one of which is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from desktop_app.window.building_blocks import row


class Segments(QWidget):
    """``chosen`` carries the place of the word that was chosen."""

    chosen = Signal(int)

    def __init__(self, words: Sequence[str], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.buttons: list[QPushButton] = []
        self._group = QButtonGroup(self)
        layout = row(spacing=4)
        for place, word in enumerate(words):
            made = QPushButton(word)
            made.setCheckable(True)
            made.setProperty("look", "tab")
            self._group.addButton(made, place)
            self.buttons.append(made)
            layout.addWidget(made)
        layout.addStretch(1)
        self.setLayout(layout)
        self.buttons[0].setChecked(True)
        self._group.idClicked.connect(self.chosen)

    @property
    def place(self) -> int:
        """The place of the word that is chosen."""
        return self._group.checkedId()

    def choose(self, place: int) -> None:
        """Choose a word, as a click on it would."""
        self.buttons[place].setChecked(True)
        self.chosen.emit(place)

    def show_chosen(self, place: int | None) -> None:
        """Show which word is chosen, or that none is, and tell nobody."""
        self._group.setExclusive(place is not None)
        for number, made in enumerate(self.buttons):
            made.setChecked(number == place)
