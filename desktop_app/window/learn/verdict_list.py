"""What came out, in words: a line for each thing that is compared, with a point in its colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop_app.window.building_blocks import label
from desktop_app.window.learn.choice_stack import Dot


class VerdictList(QWidget):
    """Shows whom a sentence is about, and the sentence; what is not well has its name in the colour of a warning."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, 0, 4, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self.sentences: list[str] = []

    def show_verdicts(self, verdicts: Sequence[tuple[int, str, str, bool]]) -> None:
        """Show place in the palette, name, sentence, and whether all is well."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.sentences = []
        for row, (place, name, sentence, well) in enumerate(verdicts):
            self.sentences.append(f"{name}: {sentence}")
            text = label(f"{name}: {sentence}", "" if well else "warning", wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(Dot(place), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(text, row, 1)
