"""A small table of numbers, a row for each thing that is compared, with a point in its colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableWidget, QTableWidgetItem

from desktop_app.window.theme import colours

_ROW_PIXELS = 28


class NumberTable(QTableWidget):
    """Shows texts; nothing can be edited. It is as tall as its rows."""

    def __init__(self, header: Sequence[str], tips: Sequence[str]) -> None:
        super().__init__(0, len(header))
        self.setHorizontalHeaderLabels(list(header))
        for place, tip in enumerate(tips):
            item = self.horizontalHeaderItem(place)
            if item is not None:
                item.setToolTip(tip)
                right = Qt.AlignmentFlag.AlignRight if place else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(right | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PIXELS)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(72)
        self.setShowGrid(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QTableWidget.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._places: list[int] = []

    def show_rows(self, rows: Sequence[Sequence[str]], places: Sequence[int]) -> None:
        """Show these rows, each with the colour of that place in the palette."""
        self._places = list(places)
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for place, text in enumerate(texts):
                item = QTableWidgetItem(text)
                right = Qt.AlignmentFlag.AlignRight if place else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(right | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, place, item)
        self._recolour()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + _ROW_PIXELS * len(rows) + bar)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()

    def _recolour(self) -> None:
        for row, place in enumerate(getattr(self, "_places", ())):
            item = self.item(row, 0)
            if item is not None:
                item.setIcon(_dot(place))


def _dot(place: int) -> QIcon:
    picture = QPixmap(24, 24)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours().runs[place % len(colours().runs)]))
    painter.drawEllipse(4, 4, 16, 16)
    painter.end()
    return QIcon(picture)
