"""A hint beside a field: what could be better, in a sentence, and a button that does it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_app.window.building_blocks import column, label, row
from desktop_app.window.icons import put


class Hint(QWidget):
    """Hidden while there is nothing to say; ``taken`` tells that the button was pressed."""

    taken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._text = label("", "warning", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton()
        put(self.button, "good", "text")
        self.button.setIconSize(QSize(16, 16))
        self.button.clicked.connect(self.taken)
        self.setLayout(column(self._text, row(self.button, None), spacing=4))
        self.hide()

    @property
    def text(self) -> str:
        """What is said, or an empty text."""
        return self._text.text() if not self.isHidden() else ""

    def say(self, sentence: str, deed: str) -> None:
        """Say ``sentence`` and offer ``deed``."""
        self._text.setText(sentence)
        self.button.setText(deed)
        self.show()
