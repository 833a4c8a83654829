"""The samples whose answers differ most, side by side: the picture, the network's answer and the file's."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QWidget

from desktop_app.engine.export import ParityCard
from desktop_app.engine.export.proof.parity_card import Difference
from desktop_app.window.building_blocks import column, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.exporting.answer_pairs import FILE, NETWORK, AnswerPairs, pairs_of
from desktop_app.window.plots.legend import Legend
from desktop_app.window.theme import colours
from desktop_app.window.wording import count, figure

PICTURE_PIXELS = 96
_WORDS_PIXELS = 248
_NUMBERS_PIXELS = 176
_MOST = 12


class DifferingStrip(QWidget):
    """Hidden where no sample differs."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[DifferingCard] = []
        self._heading = ElidedLabel("", "heading")
        self._legend = Legend()
        self._inside = QWidget()
        self._line = QHBoxLayout(self._inside)
        self._line.setContentsMargins(0, 0, 0, 8)
        self._line.setSpacing(8)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._inside)
        self.setLayout(column(self._heading, self._legend, self._area, spacing=8))
        self.hide()

    def show_card(self, card: ParityCard) -> None:
        """Show the samples of a card; pictures follow by ``show_pictures``."""
        while (item := self._line.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        shown = card.differing[:_MOST]
        self.cards = [DifferingCard(each, card) for each in shown]
        for made in self.cards:
            self._line.addWidget(made, alignment=Qt.AlignmentFlag.AlignTop)
        self._line.addStretch(1)
        self._heading.setText(_heading(card, len(shown)))
        self._legend.show_names([("trained network", False), ("file", False)] if shown and card.labels else [])
        self._recolour()
        tallest = max((made.sizeHint().height() for made in self.cards), default=0)
        self._area.setFixedHeight(tallest + 20)
        self._area.horizontalScrollBar().setValue(0)
        self.setVisible(bool(shown))

    def show_pictures(self, images: Sequence[QImage]) -> None:
        """Put a picture on each card, in the card's order; a null one stands for none."""
        for made, image in zip(self.cards, images, strict=False):
            made.show_picture(image)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    def _recolour(self) -> None:
        if self._legend.swatches:
            runs = colours().runs
            self._legend.recolour([QColor(runs[NETWORK]), QColor(runs[FILE])])


class DifferingCard(QFrame):
    """One sample."""

    def __init__(self, difference: Difference, card: ParityCard) -> None:
        super().__init__()
        self.difference = difference
        self.picture = QLabel()
        self.picture.setFixedSize(PICTURE_PIXELS, PICTURE_PIXELS)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.hide()
        name = ElidedLabel(difference.name, "small")
        self.truth = ElidedLabel(f"Is {difference.truth}")
        same = difference.torch_label == difference.onnx_label
        if card.labels:
            said = f"Both say {difference.torch_label}" if same else _apart(difference)
            self.said = ElidedLabel(said, "muted" if same else "bad")
            answers: QWidget = AnswerPairs(pairs_of(difference, card.labels))
            apart = f"at most {figure(difference.difference)} apart"
        else:
            self.said = ElidedLabel(f"Network {figure(difference.torch[0])}")
            answers = ElidedLabel(f"File {figure(difference.onnx[0])}")
            apart = f"{figure(difference.difference)} σ apart"
        words = column(name, self.truth, self.said, answers, label(apart, "small"), None, spacing=4)
        layout = row(self.picture, spacing=12, margins=8)
        layout.setAlignment(self.picture, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.setLayout(layout)
        self.setFixedWidth(_WORDS_PIXELS if card.labels else _NUMBERS_PIXELS)

    def show_picture(self, image: QImage) -> None:
        """Show the sample's picture."""
        if not image.isNull() and self.picture.isHidden():
            self.picture.setPixmap(QPixmap.fromImage(image))
            self.picture.show()
            self.setFixedWidth(self.width() + PICTURE_PIXELS + 12)


def _heading(card: ParityCard, shown: int) -> str:
    others = sum(each.torch_label != each.onnx_label for each in card.differing) if card.labels else 0
    most = count(shown, "sample whose answers differ most", "samples whose answers differ most")
    return f"The {most}, {count(others)} with another label" if others else f"The {most}"


def _apart(difference: Difference) -> str:
    return f"Network {difference.torch_label}, file {difference.onnx_label}"
