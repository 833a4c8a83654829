"""Where a file did not give the network's answers: the reason, what can be done, and its parity card."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.engine.export import ParityCard
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.exporting.card_view import CardView


class FailedView(QScrollArea):
    """Shows one card; ``again`` and ``change`` are called by its buttons."""

    def __init__(self, again: Callable[[], object], change: Callable[[], object]) -> None:
        super().__init__()
        self.sentence = label("", "muted", wrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.again = button("Try again", again, "reload", "main")
        self.change = button("Change the options", change)
        self.card = CardView()
        head = holding(
            column(
                label("The model could not be exported", "title"),
                self.sentence,
                row(self.again, self.change, None),
                spacing=12,
                margins=16,
            ),
            "card",
        )
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(head)
        layout.addWidget(holding(column(self.card, self.card.strip, spacing=12, margins=16), "card"))
        layout.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)

    def show_failure(self, sentence: str, card: ParityCard) -> None:
        """Say why there is no file, and show how far it was off."""
        self.sentence.setText(sentence)
        self.card.show_card(card)
        self.verticalScrollBar().setValue(0)
