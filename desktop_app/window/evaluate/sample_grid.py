"""Pictures with what was answered below each; a click opens one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.window.theme import colours
from desktop_app.window.thumbnails import SIDE, ThumbnailGrid

_LINE = 15
_WIDTH = SIDE + 24
Index = QModelIndex | QPersistentModelIndex


class _Captioned(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(_WIDTH, SIDE + 8 + 2 * _LINE + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shades = colours()
        room: QRect = option.rect.adjusted(4, 4, -4, -4)  # type: ignore[attr-defined]
        frame = QRect(room.left() + (room.width() - SIDE) // 2, room.top(), SIDE, SIDE)
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        painter.save()
        painter.fillRect(frame, QColor(shades.bad_soft if pixmap is not None and pixmap.isNull() else shades.sunken))
        if pixmap is not None and not pixmap.isNull():
            painter.drawPixmap(frame.center() - pixmap.rect().center(), pixmap)
        state = option.state  # type: ignore[attr-defined]
        if state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.setPen(QColor(shades.accent))
            painter.drawRect(frame)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        lines = str(index.data(Qt.ItemDataRole.ToolTipRole) or "").split("\n")[:2]
        for place, text in enumerate(lines):
            painter.setPen(QColor(shades.text if place == 0 else shades.muted))
            line = QRect(room.left(), frame.bottom() + 3 + place * _LINE, room.width(), _LINE)
            short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, short)
        painter.restore()


class SampleGrid(ThumbnailGrid):
    """``opened`` carries the place, within what is shown, of a picture that was clicked or entered."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(_Captioned(self))
        self.setMouseTracking(True)
        self.setAccessibleName("Pictures with the answers for them")
        self.clicked.connect(lambda index: self.opened.emit(index.row()))
        self.activated.connect(lambda index: self.opened.emit(index.row()))

    def show_samples(self, items: Sequence[Any], captions: Sequence[str]) -> None:
        """Show these pictures, each with up to two lines below it; the tooltip has all lines."""
        self.pictures.show_items(list(items), list(captions))
