"""Rows of tables with the answer for each; only the rows in sight are made."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop_app.window.predicting.results import Results
from desktop_app.window.theme import colours
from desktop_app.window.thumbnails import Index
from desktop_app.window.wording import figure, share

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BETWEEN = ": row "


class RowModel(QAbstractTableModel):
    """Some of the results in some order: the row, the answer, its probability, and what the row holds.

    ``tables`` are the frames (polars) that the rows are of, by the path that their inputs are named after.
    """

    def __init__(self) -> None:
        super().__init__()
        self._results = Results()
        self._places: list[int] = []
        self._tables: dict[str, Any] = {}
        self._columns: list[str] = []

    def show_results(self, results: Results) -> None:
        """Take other results, and show none of them yet."""
        self.beginResetModel()
        self._results, self._places, self._tables, self._columns = results, [], {}, []
        self.endResetModel()

    def show_table(self, path: str, frame: Any) -> None:
        """Show what the rows of a table hold beside the answers for them."""
        self.beginResetModel()
        self._tables[path] = frame
        self._columns = list(dict.fromkeys(name for each in self._tables.values() for name in each.columns))
        self.endResetModel()

    def show_places(self, places: list[int]) -> None:
        """Show these results in this order."""
        self.beginResetModel()
        self._places = places
        self.endResetModel()

    def place_at(self, row: int) -> int:
        """Return the place of the result in a row."""
        return self._places[row]

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._places)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._answers) + len(self._columns)

    @property
    def _answers(self) -> tuple[str, ...]:
        return ("Row", "Label", "Probability") if self._results.labels else ("Row", "Value")

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Vertical or role != Qt.ItemDataRole.DisplayRole or section < 0:
            return None
        names = (*self._answers, *self._columns)
        return names[section] if section < len(names) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text; an unsure answer has the colour of warnings, a problem that of errors."""
        found = self._results.predictions[self._places[index.row()]]
        at = index.column()
        if role == Qt.ItemDataRole.ForegroundRole and at in (1, 2) and (found.problem or found.unsure):
            return QColor(colours().bad if found.problem else colours().warning)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self._answers[at : at + 1] in (("Probability",), ("Value",)) else None
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if at >= len(self._answers):
            return self._cell(found.input, self._columns[at - len(self._answers)])
        if at == 0:
            return _row_name(found.input, len(self._tables))
        if found.problem is not None:
            return found.problem if at == 1 else None
        if at == 2:
            return share(found.probability)
        return found.label if found.label is not None else figure(found.value)

    def _cell(self, name: str, column: str) -> str | None:
        path, _, row = name.rpartition(_BETWEEN)
        frame = self._tables.get(path)
        if frame is None or column not in frame.columns:
            return None
        value = frame[column][int(row) - 1]
        return None if value is None else figure(value) if isinstance(value, float) else str(value)


def _row_name(name: str, tables: int) -> str:
    """Return ``3``, or ``points: row 3`` where there are several tables."""
    path, _, row = name.rpartition(_BETWEEN)
    if not path:
        return name
    return row if tables < 2 else f"{path.replace(chr(92), '/').rpartition('/')[2]}{_BETWEEN}{row}"


class RowView(QTableView):
    """``current_changed``: another row is chosen."""

    current_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowModel()
        self.rows.setParent(self)
        self.setModel(self.rows)
        self.setAccessibleName("Rows with their predictions")
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.selectionModel().currentRowChanged.connect(lambda _now, _before: self.current_changed.emit())

    @property
    def current(self) -> int | None:
        """The place of the row that the keyboard is at."""
        index = self.currentIndex()
        return self.rows.place_at(index.row()) if index.isValid() else None

    def show_places(self, places: list[int]) -> None:
        """Show these rows at the same height; the current one stays the current one where it is still shown."""
        current, height = self.current, self.verticalScrollBar().value()
        self.rows.show_places(places)
        if current is not None and current in places:
            self.setCurrentIndex(self.rows.index(places.index(current), 0))
        self.verticalScrollBar().setValue(height)
