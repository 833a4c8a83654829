"""Legends: a short piece of each curve with its name, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.window.theme import colours

_LINE = 20
_GAP = 6
_BETWEEN = 12
_BETWEEN_LINES = 2


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


class Legend(QWidget):
    """Swatches side by side, and below one another where the width does not hold them."""

    def __init__(self) -> None:
        super().__init__()
        self.swatches: list[Swatch] = []
        self.hide()

    def show_names(self, names: Sequence[tuple[str, bool]]) -> None:
        """Show these names in place of those before; the second of each says whether its curve is dashed."""
        for swatch in self.swatches:
            swatch.hide()
            swatch.deleteLater()
        self.swatches = [Swatch(name, dashed=dashed) for name, dashed in names]
        for swatch in self.swatches:
            swatch.setParent(self)
            swatch.show()
        self.setVisible(bool(self.swatches))
        self._lay_out()

    def recolour(self, shades: Sequence[QColor]) -> None:
        """Draw each swatch in its colour, in the order of the names."""
        for swatch, colour in zip(self.swatches, shades, strict=True):
            swatch.recolour(colour)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        left = top = tallest = 0
        for swatch in self.swatches:
            if left and left + swatch.width() > self.width():
                left, top = 0, top + tallest + _BETWEEN_LINES
                tallest = 0
            swatch.move(left, top)
            left += swatch.width() + _BETWEEN
            tallest = max(tallest, swatch.height())
        self.setFixedHeight(top + tallest)
