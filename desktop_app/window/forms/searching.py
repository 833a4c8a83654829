"""Typing into a long list to find an entry by any part of its name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter


def make_searchable(box: QComboBox) -> None:
    """Let ``box`` be typed into: what holds the text is offered, and a text that is no entry puts the old one back."""
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    completer = QCompleter(box.model(), box)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    box.setCompleter(completer)
    line = box.lineEdit()
    assert line is not None
    line.setAccessibleName(box.accessibleName())
    line.setPlaceholderText("Type to search")

    def put_back() -> None:
        if box.findText(line.text(), Qt.MatchFlag.MatchFixedString) < 0:
            box.setEditText(box.itemText(box.currentIndex()))

    line.editingFinished.connect(put_back)
