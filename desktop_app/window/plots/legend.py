"""A short piece of a curve with its name: what a legend is made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.window.theme import colours

_LINE = 20
_GAP = 6


class Swatch(QWidget):
    """Draws a solid or dashed line and the curve's name beside it."""

    def __init__(self, text: str, *, dashed: bool = False) -> None:
        super().__init__()
        self._text, self._dashed = text, dashed
        self._colour = QColor()
        font = self.font()
        font.setPixelSize(11)
        self.setFont(font)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return room for the line and the name."""
        return QSize(_LINE + _GAP + self.fontMetrics().horizontalAdvance(self._text) + 2, self.fontMetrics().height())

    def recolour(self, colour: QColor) -> None:
        """Draw the line in ``colour`` from now on."""
        self._colour = colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint line and name."""
        painter = QPainter(self)
        pattern = Qt.PenStyle.DashLine if self._dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(self._colour, 2, pattern))
        middle = self.height() // 2
        painter.drawLine(0, middle, _LINE, middle)
        painter.setPen(QColor(colours().muted))
        painter.drawText(self.rect().adjusted(_LINE + _GAP, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._text)
