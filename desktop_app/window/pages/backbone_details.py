"""What there is to know of one backbone, at the right of the browser."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from desktop_app.engine.networks.known_backbones import BackboneFacts, WeightsState
from desktop_app.engine.networks.licences import Use
from desktop_app.window.building_blocks import column, holding, label
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.pages.backbone_table import gigamacs, licence_in_words
from desktop_app.window.wording import about, size
from desktop_app.window.wrapped_text import WrappedText

_USES: dict[Use, str] = {
    "free": "Any use, with its authors named.",
    "own terms": "A licence written for this network: read it before you give the result away.",
    "non-commercial": "Not for commercial use, and most likely neither is what you train on it.",
    "not stated": "Ask its authors before you give the result away.",
}
_ROWS = ("Parameters", "Work a picture", "Input", "Weights", "Licence")


def weights_in_words(facts: BackboneFacts, state: WeightsState) -> str:
    """Return where the pretrained weights are, in a sentence."""
    about_size = f", about {size(facts.file_bytes)}" if facts.file_bytes else ""
    return {
        "installed": "Installed with Downslope.",
        "here": "On this machine, in the hub's cache.",
        "download": f"Downloaded when training begins{about_size}.",
        "none": "There are none: it is trained from random weights, or from a file of yours.",
        "unknown": "The plugin does not say where they are.",
    }[state]


class BackboneDetails(QWidget):
    """Title, the sentence that recommends it, and its figures in words."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ElidedLabel("", "heading")
        self._name = ElidedLabel("", "small")
        self._sentence = WrappedText()
        self.figures = {name: WrappedText() for name in _ROWS}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for place, (name, text) in enumerate(self.figures.items()):
            grid.addWidget(label(name.upper(), "section"), 2 * place, 0)
            grid.addWidget(text, 2 * place + 1, 0)
        self._use = WrappedText(tone="muted")
        self._body = holding(
            column(
                column(self.title, self._name, spacing=0),
                self._sentence,
                column(grid, self._use, spacing=4),
                None,
                spacing=12,
            )
        )
        self._empty = label("Choose a backbone to see what it is.", "muted", wrap=True)
        self.setLayout(column(self._empty, self._body, None))
        self.show_facts(None, "unknown")

    def show_facts(self, facts: BackboneFacts | None, state: WeightsState) -> None:
        """Show this backbone; ``None`` where none is chosen."""
        self._empty.setVisible(facts is None)
        self._body.setVisible(facts is not None)
        if facts is None:
            return
        self.title.setText(facts.title)
        self._name.setText(facts.name)
        self._name.setVisible(facts.name != facts.title)
        self._sentence.show_text(facts.recommended or facts.summary)
        measured = facts.parameters is not None
        texts = (
            f"{about(facts.parameters)}, without its old classifier" if facts.parameters is not None else "Not known",
            f"{gigamacs(facts.macs)} billion multiply-accumulates" if measured else "Not known",
            f"{facts.pixels} × {facts.pixels} pixels" if facts.pixels else "Not known",
            weights_in_words(facts, state),
            licence_in_words(facts),
        )
        for text, shown in zip(texts, self.figures.values(), strict=True):
            shown.show_text(text)
        self._use.show_text(_USES[facts.use], "warning" if facts.use == "non-commercial" else "muted")
