"""One prediction: the picture, its name, and the three likeliest labels as bars."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from desktop_app.inference.prediction import Prediction, best
from desktop_app.window.building_blocks import column, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.theme import colours
from desktop_app.window.wording import figure, share

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIDE = 72
_BEST = 3
_BAR_HEIGHT = 20


class ProbabilityBars(QWidget):
    """Labels with their probabilities, the likeliest first; the bar's length is the probability."""

    def __init__(self, pairs: Sequence[tuple[str, float]]) -> None:
        super().__init__()
        self.pairs = list(pairs)
        self.setFixedHeight(_BAR_HEIGHT * max(len(self.pairs), 1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(f"{name} {share(probability)}" for name, probability in self.pairs))
        self.setToolTip("\n".join(f"{name}: {share(probability)}" for name, probability in self.pairs))

    def sizeHint(self) -> QSize:
        """Return room for all bars."""
        return QSize(240, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a bar a label; only the likeliest has the accent."""
        shades = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name_width = min(max(self.width() // 3, 96), 220)
        for place, (name, probability) in enumerate(self.pairs):
            top = place * _BAR_HEIGHT
            painter.setPen(QColor(shades.text if place == 0 else shades.muted))
            font = painter.font()
            font.setBold(place == 0)
            painter.setFont(font)
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, name_width - 8)
            painter.drawText(QRectF(0, top, name_width, _BAR_HEIGHT), Qt.AlignmentFlag.AlignVCenter, text)
            bar = QRectF(name_width, top + 7, self.width() - name_width - 64, 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shades.sunken))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(bar.width() * probability, 2.0))
            painter.setBrush(QColor(shades.accent if place == 0 else shades.muted))
            painter.drawRoundedRect(bar, 3, 3)
            painter.setPen(QColor(shades.text if place == 0 else shades.muted))
            right = QRectF(self.width() - 60, top, 60, _BAR_HEIGHT)
            painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share(probability))


class PredictionCard(QFrame):
    """A card of fixed height; a picture that could not be read says why."""

    def __init__(self, prediction: Prediction, image: QImage | None) -> None:
        super().__init__()
        self.prediction = prediction
        self.setProperty("look", "card")
        name = ElidedLabel(Path(prediction.input).name, "small")
        name.setToolTip(prediction.input)
        if prediction.problem:
            answer: QWidget = label(prediction.problem, "bad", wrap=True)
        elif prediction.value is not None:
            answer = label(figure(prediction.value), "figure")
        else:
            answer = ProbabilityBars(best(prediction, _BEST))
        layout = row(spacing=12, margins=12)
        if image is not None:
            picture = QLabel()
            picture.setFixedSize(_SIDE, _SIDE)
            picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
            if not image.isNull():
                picture.setPixmap(QPixmap.fromImage(image))
            layout.addWidget(picture)
        layout.addLayout(column(name, answer, spacing=4), 1)
        self.setLayout(layout)
