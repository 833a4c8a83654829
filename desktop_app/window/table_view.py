"""The first rows of a table, with a small histogram of each column in its header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from desktop_app.window.theme import colours
from desktop_app.window.wording import figure

if TYPE_CHECKING:
    from desktop_app.api.samples import Samples, Table

_ROWS = 500
_BINS = 24
_HISTOGRAM_HEIGHT = 36
Index = QModelIndex | QPersistentModelIndex


def histogram(values: np.ndarray[Any, Any]) -> list[float]:
    """Return how many values fall into each of 24 equal bins, as shares of the fullest; empty without finite values."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return []
    numbers, _ = np.histogram(finite, bins=min(_BINS, max(len(np.unique(finite)), 1)))
    return [float(number) / float(numbers.max()) for number in numbers]


class TableModel(QAbstractTableModel):
    """The first rows of a table: the answer first, then the columns that are learned from."""

    def __init__(self) -> None:
        super().__init__()
        self._samples: Samples | None = None
        self._table: Table | None = None
        self._target = ""
        self.histograms: list[list[float]] = []

    def show_table(self, samples: Samples, target: str) -> None:
        """Show these samples, whose items are a ``Table``."""
        self.beginResetModel()
        table: Any = samples.items
        self._samples, self._table, self._target = samples, table, target or "Answer"
        columns = [table.values[:, place] for place in range(len(table.names))]
        self.histograms = [histogram(np.asarray(values, dtype=np.float64)) for values in [samples.labels, *columns]]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are shown."""
        if self._samples is None or (parent is not None and parent.isValid()):
            return 0
        return min(len(self._samples), _ROWS)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns are shown."""
        return 0 if self._table is None or (parent is not None and parent.isValid()) else 1 + len(self._table.names)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name or a row's number, counted from 1."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) or self._table is None:
            return None
        if orientation == Qt.Orientation.Vertical:
            return section + 1
        return self._target if section == 0 else self._table.names[section - 1]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a value as text; a missing one is an empty text."""
        if self._samples is None or self._table is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return (
                Qt.AlignmentFlag.AlignLeft if self._is_text(index.column()) else Qt.AlignmentFlag.AlignRight
            ) | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if index.column() == 0:
            label = self._samples.labels[index.row()]
            return self._samples.classes[int(label)] if self._samples.classes else figure(float(label))
        name = self._table.names[index.column() - 1]
        value = float(self._table.values[index.row(), index.column() - 1])
        if name in self._table.vocabularies:
            return self._table.vocabularies[name][int(value)] if value >= 0 else ""
        return "" if np.isnan(value) else figure(value)

    def _is_text(self, column: int) -> bool:
        if self._samples is None or self._table is None:
            return False
        if column == 0:
            return bool(self._samples.classes)
        return self._table.names[column - 1] in self._table.vocabularies


class _Header(QHeaderView):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), hint.height() + _HISTOGRAM_HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.restore()
        model = self.model()
        if not isinstance(model, TableModel) or section >= len(model.histograms):
            return
        bars = model.histograms[section]
        room = QRect(rect.left() + 8, rect.bottom() - _HISTOGRAM_HEIGHT, rect.width() - 16, _HISTOGRAM_HEIGHT - 8)
        if not bars or room.width() < len(bars):
            return
        shades = colours()
        colour = QColor(shades.accent if section == 0 else shades.muted)
        width = room.width() / len(bars)
        for place, height in enumerate(bars):
            tall = max(round(height * room.height()), 1 if height else 0)
            left = room.left() + round(place * width)
            painter.fillRect(left, room.bottom() - tall + 1, max(round(width) - 1, 1), tall, colour)


class TablePreview(QTableView):
    """Shows a ``TableModel``; nothing can be edited."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = TableModel()
        self.setModel(self.rows)
        self.setHorizontalHeader(_Header(self))
        self.horizontalHeader().setDefaultSectionSize(120)
        self.verticalHeader().setDefaultSectionSize(28)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("First rows of the table")
