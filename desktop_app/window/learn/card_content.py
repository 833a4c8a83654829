"""What stands on one card, in two columns where the window is wide enough."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QPushButton, QWidget

from desktop_app.errors import DownslopeError
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.icons import put
from desktop_app.window.learn.card_pictures import CardPicture, picture_of
from desktop_app.window.learn.card_settings import CardSettings
from desktop_app.window.learn.code_view import CodeView
from desktop_app.window.learn.formula import Formula
from desktop_app.window.learn.using import DraftKey, in_use, key_of, use
from desktop_app.window.workspace import Workspace

_TWO_COLUMNS_FROM = 820
_WIDEST = 1560
_NARROWEST = 320
_ARXIV = "arXiv:"


def address(reference: str) -> str:
    """Return the address behind a reference: ``arXiv:1412.6980`` becomes a link; a text that is none stays empty."""
    if reference.startswith(_ARXIV):
        return f"https://arxiv.org/abs/{reference.removeprefix(_ARXIV).strip()}"
    return reference if reference.startswith(("https://", "http://")) else ""


class CardContent(QWidget):
    """A card with its settings, its live picture and its code; ``hyper`` are settings to begin with."""

    def __init__(self, workspace: Workspace, card: Any, contribution: Any, hyper: dict[str, Any]) -> None:
        super().__init__()
        self._workspace, self.card, self._contribution = workspace, card, contribution
        registry = workspace.shelf.registry
        assert registry is not None
        self._registry = registry
        self.settings = CardSettings(card, hyper)
        self.picture: CardPicture | None = picture_of(
            workspace.background, contribution, registry, lambda: self.settings.hyper
        )
        self.code = CodeView(lambda text: workspace.said.emit(_bad(text)))
        self.code.hide()
        self.formulas: list[Formula] = []
        self._key: DraftKey | None = key_of(card.kind)
        self.use = button("Use it", self._use, "check")
        self.show_code = button("Show as code", lambda: None, "code")
        self.show_code.setCheckable(True)
        self.show_code.toggled.connect(self._toggle_code)
        head = self._head()
        texts = self._texts()
        text = column(*texts, spacing=12)
        settings = holding(row(self.settings), "card")
        settings.setVisible(bool(card.parameters))
        left = holding(column(holding(text), settings, None, spacing=12))
        parts = [left] if texts or card.parameters or self.picture is None else []
        parts += [holding(column(self.picture, None))] if self.picture is not None else []
        self._columns = row(*parts, spacing=16)
        for place in range(self._columns.count()):
            self._columns.setStretch(place, 1)
        layout = column(head, self.code, self._columns, None, spacing=16)
        layout.setContentsMargins(24, 16, 24, 24)
        inner = holding(layout)
        inner.setMaximumWidth(_WIDEST)
        outer = row(inner, spacing=0)
        outer.setAlignment(inner, Qt.AlignmentFlag(0))
        self.setLayout(outer)
        self.settings.changed.connect(self._settings_changed)
        workspace.draft.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say whether the experiment uses the plugin with these settings already."""
        if self._key is None:
            self.use.hide()
            return
        draft = self._workspace.draft
        has_data = bool(draft.get("data.source"))
        used = has_data and in_use(draft, self._key, self.card.name, self.settings.hyper)
        self.use.setText("In use" if used else "Use it")
        put(self.use, "good" if used else "check", "good" if used else "text")
        self.use.setEnabled(has_data and not used)
        self.use.setToolTip("" if has_data else "Choose data first: what is used belongs to an experiment")

    def _head(self) -> QWidget:
        card = self.card
        title = ElidedLabel(card.title or card.name, "title")
        chips = [label(text, "chip") for text in self._chips()]
        top = row(title, self.use, self.show_code, spacing=8)
        top.setStretch(0, 1)
        below = row(*chips, label(card.summary, wrap=True), spacing=8)
        below.setStretch(len(chips), 1)
        return holding(column(top, below, spacing=4))

    def _chips(self) -> list[str]:
        card = self.card
        licence = getattr(self._contribution, "licence", "")
        chips = [card.kind.replace("_", " "), card.source if card.source != "built-in" else ""]
        return [chip for chip in [*chips, f"weights: {licence}" if licence else ""] if chip]

    def _texts(self) -> list[QWidget]:
        card, parts = self.card, []
        if card.when:
            parts.append(_paragraph("When to use it", card.when))
        both = bool(card.textbook and card.formula)
        shown = [("Standard form" if both else "Formula", card.formula), ("Textbook form", card.textbook)]
        formulas: list[QWidget] = []
        for title, latex in shown:
            if latex:
                formula = Formula()
                formula.show_formula(latex)
                self.formulas.append(formula)
                formulas += [label(title, "section"), formula]
        if formulas:
            parts.append(holding(column(*formulas, spacing=8, margins=12), "card"))
        if card.notes:
            notes = [row(_dot(), label(note, wrap=True), spacing=8) for note in card.notes]
            for note in notes:
                note.setStretch(1, 1)
            parts.append(holding(column(label("Good to know", "section"), *notes, spacing=6)))
        if card.reference:
            parts.append(self._paper(card.reference))
        return parts

    def _paper(self, reference: str) -> QWidget:
        link = address(reference)
        if not link:
            return _paragraph("Source", reference)
        shown = reference.removeprefix("https://").removeprefix("http://")
        self.paper: QPushButton = button(
            shown if len(shown) <= 60 else f"{shown[:57]}…",
            lambda: QDesktopServices.openUrl(QUrl(link)),
            "open",
            "flat",
        )
        self.paper.setToolTip(f"Open {link}")
        return holding(row(self.paper, None))

    def _settings_changed(self) -> None:
        self.refresh()
        if self.picture is not None:
            self.picture.draw()
        if self.show_code.isChecked():
            self._write_code()

    def _toggle_code(self, shown: bool) -> None:
        self.show_code.setText("Hide code" if shown else "Show as code")
        if shown:
            self._write_code()
        self.code.setVisible(shown)

    def _write_code(self) -> None:
        from desktop_app.engine.learn.code import as_code

        try:
            code = as_code(self._contribution, self.settings.hyper, self._registry)
        except DownslopeError as error:
            code = f"# {error}\n"
        self.code.show_code(code, self.card.name)

    def _use(self) -> None:
        if self._key is not None:
            use(self._workspace, self._key, self.card, self.settings.hyper)

    def minimumSizeHint(self) -> QSize:
        """Ask for no more width than there is, however long a word in a text is."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the picture beside the text, or below it where that is too narrow."""
        wide = event.size().width() >= _TWO_COLUMNS_FROM
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._columns.direction() != direction:
            self._columns.setDirection(direction)
        super().resizeEvent(event)


def _dot() -> QLabel:
    dot = label("•", "muted")
    dot.setAlignment(Qt.AlignmentFlag.AlignTop)
    return dot


def _paragraph(title: str, text: str) -> QWidget:
    return holding(column(label(title, "section"), label(text, wrap=True), spacing=4))


def _bad(text: str) -> Any:
    from desktop_app.window.workspace import Notice

    return Notice(text, "bad")
