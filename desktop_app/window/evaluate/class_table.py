"""Precision, recall and more, class by class, in a table that sorts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableWidgetItem, QVBoxLayout, QWidget

from desktop_app.window.evaluate.number_items import RIGHT, NumberItem, plain_table
from desktop_app.window.wording import count, share

_COLUMNS = (
    ("Class", "The class's name"),
    ("Samples", "How many samples of the class there are"),
    ("Precision", "Of the samples taken for the class, the share that is of it; never: none were taken for it"),
    ("Recall", "Of the samples of the class, the share that is recognised"),
    ("F1", "The harmonic mean of precision and recall"),
    ("ROC area", "How well the class is told from all others: 0.5 is guessing, 1 is perfect"),
    ("Average precision", "The area under the curve of precision over recall"),
)


class ClassTable(QWidget):
    """``chosen`` carries the place of a class that was clicked."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.table = plain_table("Classes")
        self.table.setColumnCount(len(_COLUMNS))
        for place, (name, tip) in enumerate(_COLUMNS):
            head = QTableWidgetItem(name)
            head.setToolTip(tip)
            head.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter if place == 0 else RIGHT)
            self.table.setHorizontalHeaderItem(place, head)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place in range(1, len(_COLUMNS)):
            self.table.setColumnWidth(place, 136 if place == len(_COLUMNS) - 1 else 96)
        self.table.cellClicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.table)
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def show_figures(self, evaluation: Any) -> None:
        """Show the figures of an ``Evaluation``."""
        areas = {each.name: each for each in evaluation.curves.classes}
        self.table.setSortingEnabled(False)
        self.table.setRowCount(len(evaluation.per_class))
        for place, each in enumerate(evaluation.per_class):
            area = areas.get(each.name)
            name = QTableWidgetItem(each.name)
            name.setToolTip(each.name)
            name.setData(Qt.ItemDataRole.UserRole, place)
            cells: list[QTableWidgetItem] = [
                name,
                NumberItem(count(each.samples), each.samples),
                NumberItem(share(each.precision) if each.taken else "never", each.precision),
                NumberItem(share(each.recall) if each.samples else "no samples", each.recall),
                NumberItem(share(each.f1), each.f1),
                NumberItem(_area(area.roc_auc if area else None), area.roc_auc if area else None),
                NumberItem(_area(area.average_precision if area else None), area.average_precision if area else None),
            ]
            for at, cell in enumerate(cells):
                self.table.setItem(place, at, cell)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(4, Qt.SortOrder.AscendingOrder)  # the hardest class first

    def _clicked(self, line: int, _column: int) -> None:
        item = self.table.item(line, 0)
        if item is not None:
            self.chosen.emit(int(item.data(Qt.ItemDataRole.UserRole)))


def _area(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
