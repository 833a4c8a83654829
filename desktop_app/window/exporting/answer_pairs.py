"""The trained network's answer and the file's, side by side: a pair of bars for each of the likeliest labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.engine.export.proof.parity_card import Difference
from desktop_app.window.theme import colours
from desktop_app.window.wording import share

_BEST = 2
_NAME, _BAR, _GAP = 18, 12, 6
_NUMBER_PIXELS = 52
NETWORK, FILE = 1, 0
"""Places of the two in the palette of runs."""


@dataclass(frozen=True)
class Pair:
    """A label with the network's probability and the file's."""

    name: str
    network: float
    file: float


def pairs_of(difference: Difference, labels: Sequence[str]) -> tuple[Pair, ...]:
    """Return the best labels of both answers, those first that either finds likeliest."""
    both = list(zip(difference.torch, difference.onnx, strict=True))
    best: set[int] = set()
    for answer in (0, 1):
        best |= set(sorted(range(len(both)), key=lambda place: -both[place][answer])[:_BEST])
    order = sorted(best, key=lambda place: -max(both[place]))
    return tuple(Pair(labels[place] if place < len(labels) else str(place), *both[place]) for place in order)


class AnswerPairs(QWidget):
    """Two bars a label: the network's above, the file's below."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        super().__init__()
        self.pairs = tuple(pairs)
        self.setFixedHeight(max(len(self.pairs), 1) * (_NAME + 2 * _BAR + _GAP))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        told = [f"{each.name}: network {share(each.network)}, file {share(each.file)}" for each in self.pairs]
        self.setAccessibleName("; ".join(told))
        self.setToolTip("\n".join(told))

    def sizeHint(self) -> QSize:
        """Return room for all pairs."""
        return QSize(220, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint names, bars and numbers."""
        shades = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        for place, pair in enumerate(self.pairs):
            top = place * (_NAME + 2 * _BAR + _GAP)
            painter.setPen(QColor(shades.text))
            text = painter.fontMetrics().elidedText(pair.name, Qt.TextElideMode.ElideMiddle, self.width())
            painter.drawText(QRectF(0, top, self.width(), _NAME), Qt.AlignmentFlag.AlignVCenter, text)
            self._paint_bar(painter, top + _NAME, pair.network, shades.runs[NETWORK])
            self._paint_bar(painter, top + _NAME + _BAR, pair.file, shades.runs[FILE])

    def _paint_bar(self, painter: QPainter, top: float, probability: float, shade: str) -> None:
        shades = colours()
        bar = QRectF(0, top + 3, self.width() - _NUMBER_PIXELS, _BAR - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shades.sunken))
        painter.drawRoundedRect(bar, 3, 3)
        if probability > 0:  # not so where it is no number
            bar.setWidth(max(bar.width() * min(probability, 1.0), 2.0))
            painter.setBrush(QColor(shade))
            painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(QColor(shades.muted))
        right = QRectF(self.width() - _NUMBER_PIXELS, top, _NUMBER_PIXELS, _BAR)
        painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share(probability))
