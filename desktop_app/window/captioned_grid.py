"""A grid of pictures with a line of words below each, of which some can be selected."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.window.theme import colours
from desktop_app.window.thumbnails import SIDE, Index, ThumbnailModel

_LINE = 18
_GAP = 12
_LETTERS = 11
CELL = QSize(SIDE + 32, SIDE + _LINE + _GAP)


class CaptionedModel(ThumbnailModel):
    """Pictures with the words that stand below each as what they display."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []

    def show_captioned(self, items: list[Any], words: list[str], tooltips: list[str]) -> None:
        """Show these samples, with ``words`` below each, in place of the ones before."""
        self._words = words
        self.show_items(items, tooltips)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what the grid shows of a sample."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words[index.row()]
        return super().data(index, role)


class _Painter(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shades = colours()
        cell: QRect = option.rect.adjusted(4, 4, -4, -4)  # type: ignore[attr-defined]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        if selected:
            painter.fillRect(cell, QColor(shades.accent_soft))
        picture = QRect(cell.left(), cell.top(), cell.width(), cell.height() - _LINE)
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if pixmap is not None and pixmap.isNull():
            painter.fillRect(picture.adjusted(12, 0, -12, 0), QColor(shades.bad_soft))
        elif pixmap is None:
            painter.fillRect(picture.adjusted(12, 0, -12, 0), QColor(shades.sunken))
        else:
            painter.drawPixmap(picture.center() - pixmap.rect().center(), pixmap)
        line = QRect(cell.left() + 2, picture.bottom() + 1, cell.width() - 4, _LINE)
        small = QFont(painter.font())
        small.setPixelSize(_LETTERS)
        painter.setFont(small)
        words = QFontMetrics(small).elidedText(index.data() or "", Qt.TextElideMode.ElideMiddle, line.width())
        painter.setPen(QColor(shades.text if selected else shades.muted))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)
        if selected:
            painter.setPen(QColor(shades.accent))
            painter.drawRect(cell)


class CaptionedGrid(QListView):
    """A grid of ``CaptionedModel``; ``pictures.join`` must be called before it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures = CaptionedModel()
        self.setModel(self.pictures)
        self.setItemDelegate(_Painter(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)

    def selected_places(self) -> list[int]:
        """Return the places of the selected pictures, in their order."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())
