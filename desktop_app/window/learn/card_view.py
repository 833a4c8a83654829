"""Shows one card at a time, in a scrolled page; settings that were tried are kept while the window lives."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget

from desktop_app.window.command_palette import Command
from desktop_app.window.learn.card_content import CardContent
from desktop_app.window.state_panel import StatePanel
from desktop_app.window.workspace import Workspace


class CardView(QStackedWidget):
    """The card of a kind and a name; says so where there is no such plugin any more."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._tried: dict[tuple[str, str], dict[str, Any]] = {}
        self._contribution: Any = None
        self.content: CardContent | None = None
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._panel = StatePanel()
        self.addWidget(self._panel)
        self.addWidget(self._area)

    def commands(self) -> list[Command]:
        """Return what the command palette offers while a card is in front."""
        content = self.content
        if content is None or self.currentWidget() is not self._area:
            return []
        return [Command("Show as code", content.show_code.toggle)]

    def show_card(self, kind: str, name: str) -> None:
        """Show a card; the one that is shown already stays as it is unless its plugin is a new one."""
        shelf = self._workspace.shelf
        card = shelf.card(kind, name)
        found = shelf.registry.shelf(kind).get(name) if shelf.registry is not None else None
        if card is None or found is None:
            self._remember()
            self._contribution = self.content = None
            self._panel.show_empty("card", f'There is no {kind.replace("_", " ")} "{name}"', "Its plugin is gone.")
            self.setCurrentWidget(self._panel)
            return
        if found is not self._contribution:
            again = self.content is not None and (self.content.card.kind, self.content.card.name) == (kind, name)
            code_shown = self.content is not None and again and self.content.show_code.isChecked()
            self._remember()
            self._contribution = found
            self.content = CardContent(self._workspace, card, found, self._tried.get((kind, name), {}))
            self._area.setWidget(self.content)
            self.content.show_code.setChecked(code_shown)
            if not again:
                self._area.verticalScrollBar().setValue(0)
        self.setCurrentWidget(self._area)

    def _remember(self) -> None:
        if self.content is not None:
            if self.content.picture is not None:
                self.content.picture.stop()
            card = self.content.card
            self._tried[card.kind, card.name] = self.content.settings.hyper
