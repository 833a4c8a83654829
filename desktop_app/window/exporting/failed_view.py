"""Where a file did not give the network's answers: what can be done, and its parity card with the reason."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.engine.export import ParityCard
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.exporting.card_view import CardView

_KEPT = "Nothing was written; a file that was exported before is as it was. The parity card shows how far it was off."


class FailedView(QScrollArea):
    """Shows one card; ``again`` and ``change`` are called by its buttons."""

    def __init__(self, again: Callable[[], object], change: Callable[[], object]) -> None:
        super().__init__()
        self.again = button("Try again", again, "reload", "main")
        self.change = button("Change the options", change)
        self.card = CardView()
        head = holding(
            column(
                label("The model could not be exported", "title"),
                label(_KEPT, "muted", wrap=True),
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

    def show_failure(self, card: ParityCard) -> None:
        """Show how far the file was off; the card's verdict says why there is none."""
        self.card.show_card(card)
        self.verticalScrollBar().setValue(0)
