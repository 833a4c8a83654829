"""The classes of the data with their counts as bars; choosing one shows its pictures alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.window.theme import colours
from desktop_app.window.wording import count

_SHARE_ROLE = Qt.ItemDataRole.UserRole
_COUNT_ROLE = Qt.ItemDataRole.UserRole + 1
_ROW_HEIGHT = 40


class _Bars(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, _ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        shades = colours()
        room = QRectF(option.rect).adjusted(8, 4, -8, -4)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setBrush(QColor(shades.accent_soft))
            painter.drawRoundedRect(QRectF(option.rect), 6, 6)  # type: ignore[attr-defined]
        number = str(index.data(_COUNT_ROLE))
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        width = metrics.horizontalAdvance(number) + 8
        name = metrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, int(room.width() - width))
        painter.setPen(QColor(shades.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)
        painter.setPen(QColor(shades.muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, number)
        bar = QRectF(room.left(), room.bottom() - 6, room.width(), 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shades.line))
        painter.drawRoundedRect(bar, 2, 2)
        bar.setWidth(max(bar.width() * float(index.data(_SHARE_ROLE)), 4.0))
        painter.setBrush(QColor(shades.accent))
        painter.drawRoundedRect(bar, 2, 2)
        painter.restore()


class ClassList(QListWidget):
    """``chosen`` carries a class's place, or -1 for all of them."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(_Bars(self))
        self.setAccessibleName("Classes")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentRowChanged.connect(lambda place: self.chosen.emit(place - 1))

    def show_classes(self, names: Sequence[str], counts: Sequence[int]) -> None:
        """Show all classes, in the order of the data; a first entry stands for all of them."""
        rows = [("All classes", sum(counts)), *zip(names, counts, strict=True)]
        self.show_entries(rows, max([*counts, 1]))
        self.blockSignals(True)
        self.setCurrentRow(0)
        self.blockSignals(False)

    def show_entries(self, entries: Sequence[tuple[str, int]], largest: int) -> None:
        """Show names and how many each has; the bar of ``largest`` and more is full. What was chosen stays chosen."""
        self.blockSignals(True)
        while self.count() > len(entries):
            self.takeItem(self.count() - 1)
        for place, (name, number) in enumerate(entries):
            item = self.item(place)
            if item is None:
                item = QListWidgetItem()
                self.addItem(item)
            item.setText(name)
            item.setToolTip(name)
            item.setData(_SHARE_ROLE, min(number / max(largest, 1), 1.0))
            item.setData(_COUNT_ROLE, count(number))
        self.blockSignals(False)
