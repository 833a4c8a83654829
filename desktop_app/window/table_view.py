"""The first rows of a table, with a small histogram of each column in its header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from desktop_app.reading.column_types import Column
from desktop_app.reading.table_preview import PREVIEW_ROWS, ColumnPreview, Role, histogram
from desktop_app.window.column_menu import ICONS, type_sentences, type_words
from desktop_app.window.icons import icon
from desktop_app.window.theme import colours
from desktop_app.window.wording import figure

if TYPE_CHECKING:
    from desktop_app.api.samples import Samples

_HISTOGRAM_HEIGHT = 36
_TYPE_HEIGHT = 20
_ICON_PIXELS = 14
_LONGEST_TEXT = 1000
Index = QModelIndex | QPersistentModelIndex


def columns_of(samples: Samples, target: str) -> tuple[ColumnPreview, ...]:
    """Return the answers and columns of samples that a source has made numbers of."""
    table: Any = samples.items
    rows = slice(PREVIEW_ROWS)
    labels = np.asarray(samples.labels)
    answers = [samples.classes[int(label)] if samples.classes else figure(float(label)) for label in labels[rows]]
    made = [_made(target or "Answer", "answer", answers, labels, bool(samples.classes))]
    for place, name in enumerate(table.names):
        values, words = table.values[:, place], table.vocabularies.get(name)
        texts = [_written(float(value), words) for value in values[rows]]
        made.append(_made(name, "learned from", texts, values, words is not None))
    return tuple(made)


def _made(name: str, role: Role, texts: list[str], values: Any, is_category: bool) -> ColumnPreview:
    column = Column(name, "categorical", looks="category") if is_category else Column(name, "numeric", looks="number")
    return ColumnPreview(column, column, role, tuple(texts), tuple(histogram(np.asarray(values, dtype=np.float64))))


def _written(value: float, words: tuple[str, ...] | None) -> str:
    if words is not None:
        return words[int(value)] if value >= 0 else ""
    return "" if np.isnan(value) else figure(value)


class TableModel(QAbstractTableModel):
    """The first rows of a table: the answer first, then the other columns."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[ColumnPreview, ...] = ()

    def show_columns(self, columns: tuple[ColumnPreview, ...]) -> None:
        """Show these columns."""
        if columns == self.columns:
            return
        self.beginResetModel()
        self.columns = columns
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are shown."""
        if not self.columns or (parent is not None and parent.isValid()):
            return 0
        return len(self.columns[0].values)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns are shown."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name, in the tooltip all about it, or a row's number, counted from 1."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) or section < 0:
            return None
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if section >= len(self.columns):
            return None
        column = self.columns[section]
        return column.name if role == Qt.ItemDataRole.DisplayRole else type_sentences(column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a value as text; a missing one is an empty text."""
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.column.kind == "numeric" else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and column.role == "left out":
            return QColor(colours().muted)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.values[index.row()][:_LONGEST_TEXT] or None
        return None


class _Header(QHeaderView):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), hint.height() + _TYPE_HEIGHT + _HISTOGRAM_HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.restore()
        model = self.model()
        if not isinstance(model, TableModel) or section >= len(model.columns):
            return
        column = model.columns[section]
        self._paint_type(painter, rect, column)
        bars = column.bars
        room = QRect(rect.left() + 8, rect.bottom() - _HISTOGRAM_HEIGHT, rect.width() - 16, _HISTOGRAM_HEIGHT - 8)
        if not bars or room.width() < len(bars):
            return
        shades = colours()
        colour = QColor(shades.accent if column.role == "answer" else shades.muted)
        width = room.width() / len(bars)
        for place, height in enumerate(bars):
            tall = max(round(height * room.height()), 1 if height else 0)
            left = room.left() + round(place * width)
            painter.fillRect(left, room.bottom() - tall + 1, max(round(width) - 1, 1), tall, colour)

    def _paint_type(self, painter: QPainter, rect: QRect, column: ColumnPreview) -> None:
        shades = colours()
        top = rect.bottom() - _HISTOGRAM_HEIGHT - _TYPE_HEIGHT
        colour = shades.accent if column.role == "answer" else shades.muted
        middle = (_TYPE_HEIGHT - _ICON_PIXELS) // 2
        icon(ICONS[column.column.looks], colour).paint(
            painter, QRect(rect.left() + 8, top + middle, _ICON_PIXELS, _ICON_PIXELS)
        )
        room = QRect(rect.left() + 12 + _ICON_PIXELS, top, rect.width() - 20 - _ICON_PIXELS, _TYPE_HEIGHT)
        words = self.fontMetrics().elidedText(type_words(column), Qt.TextElideMode.ElideRight, room.width())
        painter.save()
        painter.setPen(QColor(colour))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


class TablePreview(QTableView):
    """Shows a ``TableModel``; a click on a column's header tells its place by ``column_clicked``."""

    column_clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.rows = TableModel()
        self.setModel(self.rows)
        self.setHorizontalHeader(_Header(self))
        self.horizontalHeader().setDefaultSectionSize(152)
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().sectionClicked.connect(self.column_clicked)
        self.verticalHeader().setDefaultSectionSize(28)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("First rows of the table")
