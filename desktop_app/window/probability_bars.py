"""Labels with their probabilities as bars; with keys, and clicks, where they are to be chosen from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.window.theme import colours
from desktop_app.window.wording import share

_BAR_HEIGHT = 20
_KEYED_HEIGHT = 26
_KEY_SIDE = 18


class ProbabilityBars(QWidget):
    """The bar's length is the probability; ``chosen`` carries a label that was clicked, where it has a key or may."""

    chosen = Signal(str)

    def __init__(self, pairs: Sequence[tuple[str, float]] = ()) -> None:
        super().__init__()
        self.pairs: list[tuple[str, float]] = []
        self._keys: Mapping[str, str] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_pairs(pairs)

    def show_pairs(self, pairs: Sequence[tuple[str, float]], keys: Mapping[str, str] | None = None) -> None:
        """Show these in place of the ones before.

        ``keys`` has the labels that a click may choose, with the key that does the same, empty where none does.
        """
        self.pairs, self._keys = list(pairs), keys
        self.setFixedHeight(self._line * max(len(self.pairs), 1))
        self.setAccessibleName(", ".join(f"{name} {share(probability)}" for name, probability in self.pairs))
        self.setToolTip("\n".join(f"{name}: {share(probability)}" for name, probability in self.pairs))
        self.setCursor(Qt.CursorShape.PointingHandCursor if keys else Qt.CursorShape.ArrowCursor)
        self.update()

    @property
    def _line(self) -> int:
        return _BAR_HEIGHT if self._keys is None else _KEYED_HEIGHT

    def sizeHint(self) -> QSize:
        """Return room for all bars."""
        return QSize(240, self.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the label under the mouse."""
        place = int(event.position().y()) // self._line
        inside = self.rect().contains(event.position().toPoint()) and 0 <= place < len(self.pairs)
        if self._keys and inside and self.pairs[place][0] in self._keys:
            self.chosen.emit(self.pairs[place][0])

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a bar a label; only the likeliest has the accent."""
        shades = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = _KEY_SIDE + 8 if self._keys else 0
        likeliest = max(range(len(self.pairs)), key=lambda place: self.pairs[place][1], default=0)
        name_width = min(max((self.width() - left) // 3, 96), 220)
        for place, (name, probability) in enumerate(self.pairs):
            top, tall = place * self._line, self._line
            if self._keys and name in self._keys:
                self._paint_key(painter, top, self._keys[name])
            colour = QColor(shades.text if place == likeliest else shades.muted)
            painter.setPen(colour)
            font = painter.font()
            font.setBold(place == likeliest)
            painter.setFont(font)
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, name_width - 8)
            painter.drawText(QRectF(left, top, name_width, tall), Qt.AlignmentFlag.AlignVCenter, text)
            bar = QRectF(left + name_width, top + tall / 2 - 3, self.width() - left - name_width - 64, 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shades.sunken))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(bar.width() * probability, 2.0))
            painter.setBrush(QColor(shades.accent if place == likeliest else shades.muted))
            painter.drawRoundedRect(bar, 3, 3)
            painter.setPen(colour)
            right = QRectF(self.width() - 60, top, 60, tall)
            painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share(probability))

    def _paint_key(self, painter: QPainter, top: int, key: str) -> None:
        shades = colours()
        square = QRectF(0, top + (self._line - _KEY_SIDE) / 2, _KEY_SIDE, _KEY_SIDE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shades.sunken))
        painter.drawRoundedRect(square, 4, 4)
        painter.setPen(QColor(shades.text))
        painter.setFont(self.font())
        painter.drawText(square, Qt.AlignmentFlag.AlignCenter, key.upper() or "+")
