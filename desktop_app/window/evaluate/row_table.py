"""Rows of a table with what was answered for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QTableWidgetItem, QVBoxLayout, QWidget

from desktop_app.window.evaluate.judging import Judged
from desktop_app.window.evaluate.number_items import NumberItem, plain_table
from desktop_app.window.wording import figure, share

_MOST = 500


class RowTable(QWidget):
    """Shows the answer first, then the columns that it was made from; the first 500 of many rows."""

    def __init__(self) -> None:
        super().__init__()
        self.table = plain_table("Rows with the answers for them")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)

    def show_rows(self, judged: Judged, places: Sequence[int]) -> None:
        """Show the rows at ``places``, in this order."""
        predictions, into = judged.evaluation.predictions, judged.samples.task.input
        columns = list(getattr(into, "names", ()))
        last = "Probability" if predictions.classes else "Difference"
        self.table.setSortingEnabled(False)
        self.table.setColumnCount(4 + len(columns))
        self.table.setHorizontalHeaderLabels(["Row", "True", "Predicted", last, *columns])
        shown = list(places)[:_MOST]
        self.table.setRowCount(len(shown))
        for line, place in enumerate(shown):
            self._show_answer(line, place, predictions)
            for at, name in enumerate(columns):
                value = float(judged.samples.items[place][at])
                vocabulary = into.vocabularies.get(name)
                if vocabulary is not None:
                    word = vocabulary[int(value)] if 0 <= value < len(vocabulary) else ""
                    self.table.setItem(line, 4 + at, QTableWidgetItem(word))
                else:
                    self.table.setItem(line, 4 + at, NumberItem("" if value != value else figure(value), value))
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, self.table.horizontalHeader().sortIndicatorOrder())

    def _show_answer(self, line: int, place: int, predictions: Any) -> None:
        self.table.setItem(line, 0, QTableWidgetItem(predictions.names[place]))
        if predictions.classes:
            guessed = int(predictions.guessed[place])
            self.table.setItem(line, 1, QTableWidgetItem(predictions.classes[int(predictions.targets[place])]))
            self.table.setItem(line, 2, QTableWidgetItem(predictions.classes[guessed] if guessed >= 0 else "no number"))
            sure = float(predictions.confidence[place])
            self.table.setItem(line, 3, NumberItem(share(sure), sure))
            return
        true, answer = float(predictions.targets[place]), float(predictions.answers[place, 0])
        for at, value in enumerate((true, answer, answer - true), start=1):
            self.table.setItem(line, at, NumberItem(figure(value), value))
