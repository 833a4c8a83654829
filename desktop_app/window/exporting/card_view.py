"""The parity card of one file: whether it gives the network's answers, on what, by which provider, and where not."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop_app.engine.export import Exported, ParityCard
from desktop_app.engine.export.proof.parity_card import ProviderParity
from desktop_app.window.building_blocks import button, column, holding, label, restyle, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.exporting.card_words import (
    difference_in_words,
    lost_in_words,
    provider_name,
    rule_in_words,
    verdict,
)
from desktop_app.window.exporting.differing_strip import DifferingStrip
from desktop_app.window.wording import count, figure, share


class CardView(QWidget):
    """Shows one card; the samples that differ stand in ``strip``, which the page lays out by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.card: ParityCard | None = None
        self.title = ElidedLabel("", "section")
        self.verdict = label("", "heading", wrap=True)
        self.remarks = label("", "warning", wrap=True)
        self.rule = label("", "muted", wrap=True)
        self.made_with = label("", "muted", wrap=True)
        self.figures = QGridLayout()
        self.figures.setContentsMargins(0, 0, 0, 0)
        self.figures.setHorizontalSpacing(24)
        self.figures.setVerticalSpacing(4)
        self.sum = ElidedLabel("", "small")
        self.copy_sum = button("Copy SHA-256", self._copy_sum, "copy", "flat")
        self.strip = DifferingStrip()
        sum_line = row(self.sum, self.copy_sum, spacing=8)
        sum_line.setStretch(0, 1)
        numbers = row(holding(self.figures), None)
        layout = column(
            self.title, self.verdict, self.remarks, numbers, self.rule, self.made_with, None, sum_line, spacing=8
        )
        self.setLayout(layout)

    def show_card(
        self, card: ParityCard, exported: Exported | None = None, made_with: str = "", reason: str = ""
    ) -> None:
        """Show a card, with the file it is of where that was kept, and else the ``reason`` where there is one.

        ``made_with`` tells the file's options.
        """
        self.card = card
        kept = card.model if exported is not None else f"the {card.variant} file, which was not kept"
        self.title.setText(f"Parity card of {kept}")
        if exported is not None:
            self.title.setToolTip(str(exported.onnx))
        self.verdict.setText(verdict(card, reason))
        restyle(self.verdict, "tone", "good" if card.passed else "bad")
        self.remarks.setText(" ".join(card.remarks))
        self.remarks.setVisible(bool(card.remarks))
        self.rule.setText(rule_in_words(card))
        self.made_with.setText(made_with)
        self.made_with.setVisible(bool(made_with))
        self.sum.setText(f"SHA-256 {card.sha256}")
        self._show_figures(card)
        self.strip.show_card(card)

    @property
    def shown_figures(self) -> dict[str, tuple[str, ...]]:
        """What the figures say: the name of each, with its text for each provider."""
        found = {}
        for line in range(1, self.figures.rowCount()):
            texts = [self._text_at(line, place) for place in range(self.figures.columnCount())]
            if texts[0]:
                found[texts[0]] = tuple(text for text in texts[1:] if text)
        return found

    def _show_figures(self, card: ParityCard) -> None:
        while (item := self.figures.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, each in enumerate(card.providers, start=1):
            provider = label(provider_name(each.provider), "section")
            provider.setToolTip(f"ONNX Runtime, {each.provider}")
            self.figures.addWidget(provider, 0, place)
        told = [_figures_of(each, classes=bool(card.labels)) for each in card.providers]
        for line, name in enumerate(told[0] if told else (), start=1):
            self.figures.addWidget(label(name, "muted"), line, 0)
            for place, texts in enumerate(told, start=1):
                self.figures.addWidget(label(texts[name]), line, place)

    def _text_at(self, line: int, place: int) -> str:
        item = self.figures.itemAtPosition(line, place)
        widget = item.widget() if item is not None else None
        return widget.text() if isinstance(widget, QLabel) else ""

    def _copy_sum(self) -> None:
        if self.card is not None:
            QGuiApplication.clipboard().setText(self.card.sha256)


def _figures_of(provider: ProviderParity, *, classes: bool) -> dict[str, str]:
    parity = provider.parity
    found = {"Samples compared": count(parity.samples)}
    if classes:
        found["Same label"] = share(parity.top1_agreement)
    unit = "" if classes else " σ"
    found["Largest difference"] = difference_in_words(parity)
    found["Mean difference"] = f"{figure(parity.mean_abs_diff)}{unit}"
    measure = "Accuracy" if classes else "Explained variance"
    network, file = parity.explained_torch, parity.explained_onnx
    if classes:
        network, file = parity.accuracy_torch, parity.accuracy_onnx
    found[f"{measure}, trained network"] = share(network)
    found[f"{measure}, file"] = share(file)
    found[f"{measure} lost"] = lost_in_words(parity.lost)
    return found
