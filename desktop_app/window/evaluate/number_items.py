"""Cells of tables that can be sorted by their numbers."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class NumberItem(QTableWidgetItem):
    """Shows ``text`` and sorts by ``number``; what is no number sorts below every other."""

    def __init__(self, text: str, number: float | None) -> None:
        super().__init__(text)
        self.number = -math.inf if number is None or math.isnan(number) else number
        self.setTextAlignment(RIGHT)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        """Compare as numbers."""
        return isinstance(other, NumberItem) and self.number < other.number


def plain_table(name: str) -> QTableWidget:
    """Return a table that is looked at, chosen from and sorted, and not edited."""
    made = QTableWidget()
    made.setAccessibleName(name)
    made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    made.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
    made.setShowGrid(False)
    made.setAlternatingRowColors(True)
    made.setWordWrap(False)
    made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    made.verticalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(30)
    made.horizontalHeader().setHighlightSections(False)
    return made
