"""Plugins: every plugin that was found, its state and reason, and what can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QStackedWidget

from desktop_app.errors import PluginError
from desktop_app.folders import user_folders
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.command_palette import Command
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.icons import icon
from desktop_app.window.pages.check_list import CheckList
from desktop_app.window.pages.new_plugin import NewPlugin
from desktop_app.window.pages.page import Page
from desktop_app.window.pages.plugin_details import PluginDetails
from desktop_app.window.pages.plugin_table import PluginTable
from desktop_app.window.plugin_check import PluginCheck
from desktop_app.window.showing import show_outside
from desktop_app.window.state_panel import StatePanel
from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.registry import PluginRecord

_SCOPES = {"all": "All plugins", "mine": "Only mine", "failed": "Only failed"}
_SEARCH_PIXELS = 240


class PluginsPage(Page):
    """A table at the left, the plugin that is chosen at the right. What is saved in the folder appears by itself."""

    NAME, TITLE, ICON, AT_END = "plugins", "Plugins", "plugins", True

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._shown: object = None
        self._awaited = ""
        self._count = label("", "muted")
        self.new = button("New plugin…", self._new, "add")
        self.reload = button("Reload", self._reload, "reload")
        self.reload.setToolTip("Look at the folder again, and try what failed once more")
        self.open = button("Open folder", self._open_folder, "folder")
        self.open.setToolTip(str(user_folders().plugins))
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search plugins")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(_SEARCH_PIXELS)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.scope = ChoiceBox()
        self.scope.setAccessibleName("Which plugins")
        for scope, text in _SCOPES.items():
            self.scope.addItem(text, scope)
        self.table = PluginTable()
        self.check = PluginCheck(self)
        self.details = PluginDetails(self._check, self._open_file)
        self.results = CheckList(self.check)
        head = row(label("Plugins", "title"), self._count, None, self.new, self.open, self.reload)
        help_text = label(
            "One Python file in the folder is one plugin: an optimizer, an activation, a network. It appears in every "
            "menu as soon as it is saved. Plugins are programs: only take them from people you trust.",
            "muted",
            wrap=True,
        )
        self._nothing = StatePanel()
        self._body = QStackedWidget()
        self._body.addWidget(holding(row(self.table, margins=8), "card"))
        self._body.addWidget(self._nothing)
        layout = column(head, help_text, row(self.search, self.scope, None), self._body, spacing=12)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setStretch(3, 1)
        self._content = holding(layout)
        self.add_content(self._content)
        self.add_inspector(self.details, self.results)
        self._connect()
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer what the buttons do."""
        general = [
            Command("New plugin…", self._new),
            Command("Reload plugins", self._reload),
            Command("Open the plugin folder", self._open_folder),
        ]
        record = self.table.record
        if record is None:
            return general
        turn = "Enable" if record.status == "disabled" else "Disable"
        return [
            Command(f"Check the plugin {record.name}", self._check),
            Command(f"{turn} the plugin {record.name}", lambda: self._switch(record.status == "disabled")),
            *general,
        ]

    def refresh(self) -> None:
        """Show every plugin of the registry."""
        shelf = self.workspace.shelf
        self.show_inspector(shelf.registry is not None)
        if shelf.registry is None:
            if shelf.error is not None:
                self.set_state("attention")
                self.panel.show_error("The plugins could not be loaded", sentence(shelf.error), "Try again", shelf.load)
            else:
                self.set_state("running")
                self.panel.show_loading("Loading PyTorch and the plugins…", "It takes some seconds after the start.")
            self.stack.setCurrentWidget(self.panel)
            return
        self.stack.setCurrentWidget(self._content)
        records = shelf.registry.plugins
        failed = sum(1 for record in records if record.status == "failed")
        self.set_state("attention" if failed else "ready")
        if shelf.registry is self._shown:
            return
        self._shown = shelf.registry
        self._count.setText(count(len(records), "plugin") + (f", {count(failed)} failed" if failed else ""))
        self.table.show_records(records)
        self._show_body()
        self._choose_awaited()

    def join(self) -> None:
        """End the check that runs."""
        self.check.cancel()

    def _connect(self) -> None:
        self.workspace.shelf.changed.connect(self.refresh)
        self.search.textChanged.connect(self._filter)
        self.scope.currentIndexChanged.connect(self._filter)
        self.table.chosen.connect(self._choose)
        self.details.switched.connect(self._switch)
        self.details.learn_asked.connect(self.workspace.learn_asked)

    def _filter(self) -> None:
        self.table.want(self.search.text(), self.scope.currentData())
        self._show_body()

    def _show_body(self) -> None:
        """Say what to do where the table would be empty."""
        self._body.setCurrentIndex(0 if self.table.shown else 1)
        typed, scope = self.search.text().strip(), self.scope.currentData()
        if typed:
            self._nothing.show_empty(
                "search", "Nothing found", f'No plugin here has "{typed}" in it.', "Show all", self._show_all
            )
        elif scope == "mine":
            self._nothing.show_empty(
                "plugins",
                "No plugins of your own yet",
                "Begin with one that works as it is: choose a kind and a name, and change what it does in your editor.",
                "New plugin…",
                self._new,
            )
        else:
            self._nothing.show_empty("good", "No plugin failed", "All of them can be used.", "Show all", self._show_all)

    def _show_all(self) -> None:
        self.search.clear()
        self.scope.setCurrentIndex(0)

    def _choose(self, record: PluginRecord | None) -> None:
        self.details.show_record(record)
        self.results.follow(_target(record) if record else "")

    def _check(self) -> None:
        record = self.table.record
        if record is not None:
            self.check.begin(_target(record))
            self.results.follow(self.check.target)

    def _switch(self, on: bool) -> None:
        record = self.table.record
        if record is None:
            return
        try:
            self.workspace.shelf.switch(record, on)
        except PluginError as error:
            self.workspace.say_error(error)
            self.details.switch.setChecked(not on)

    def _new(self) -> None:
        shelf = self.workspace.shelf
        NewPlugin(
            user_folders().plugins, lambda kind, name: shelf.card(kind, name) is not None, self._written, self
        ).open()

    def _written(self, file: Path) -> None:
        self._show_all()
        self._awaited = str(file)
        self.workspace.shelf.bring_up_to_date()
        show_outside(self.workspace, file)

    def _choose_awaited(self) -> None:
        """Choose the plugin that was just written, once it is there."""
        records = self.table.rows.records
        found = next((record for record in records if record.origin == self._awaited), None)
        if found is not None:
            self._awaited = ""
            self.table.choose(found.key)

    def _reload(self) -> None:
        self.workspace.shelf.load()

    def _open_file(self) -> None:
        record = self.table.record
        if record is not None:
            show_outside(self.workspace, Path(record.origin))

    def _open_folder(self) -> None:
        folder = user_folders().plugins
        folder.mkdir(parents=True, exist_ok=True)
        show_outside(self.workspace, folder)


def _target(record: PluginRecord) -> str:
    """Return what the command line calls the plugin: its file, or its name where it has none."""
    return record.origin if Path(record.origin).exists() else record.name
