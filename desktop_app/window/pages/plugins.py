"""Plugins: every plugin that was found, where it comes from, and why one could not be loaded."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from desktop_app.folders import user_folders
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.command_palette import Command
from desktop_app.window.pages.page import Page
from desktop_app.window.theme import colours
from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace

_COLUMNS = ("Name", "Kind", "Source", "Status", "Reason")
_WIDTHS = (176, 144, 96, 96)


class PluginsPage(Page):
    """A table, failed plugins first; dropping a file into the folder and pressing Reload is all it takes."""

    NAME, TITLE, ICON, AT_END = "plugins", "Plugins", "plugins", True

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._shown: object = None
        self._count = label("", "muted")
        self.reload = button("Reload", self._reload, "reload")
        self.open = button("Open folder", self._open_folder, "folder")
        self.open.setToolTip(str(user_folders().plugins))
        head = row(label("Plugins", "title"), self._count, None, self.open, self.reload, spacing=12)
        help_text = label(
            "One Python file in the folder is one plugin: an optimizer, an activation, a network. Press Reload and it "
            "appears in every menu. Plugins are programs: only take them from people you trust.",
            "muted",
            wrap=True,
        )
        self.table = QTableWidget(0, len(_COLUMNS))
        self.table.setHorizontalHeaderLabels(_COLUMNS)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        for place, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(place, width)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(28)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setAccessibleName("Plugins")
        layout = column(head, help_text, holding(row(self.table, margins=8), "card"), spacing=12)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setStretch(2, 1)
        self._content = holding(layout)
        self.add_content(self._content)
        workspace.shelf.changed.connect(self.refresh)
        workspace.training.state_changed.connect(self.refresh)
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer what the buttons do."""
        return [Command("Reload plugins", self._reload), Command("Open the plugin folder", self._open_folder)]

    def refresh(self) -> None:
        """Show every plugin of the registry."""
        shelf = self.workspace.shelf
        self.reload.setEnabled(not shelf.loading and not self.workspace.training.active)
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
        if shelf.registry is self._shown:
            return
        self._shown = shelf.registry
        self._fill(shelf.registry.plugins)

    def _fill(self, records: Any) -> None:
        failed = sum(1 for record in records if record.status == "failed")
        self._count.setText(count(len(records), "plugin") + (f", {count(failed)} failed" if failed else ""))
        self.set_state("attention" if failed else "ready")
        ordered = sorted(records, key=lambda record: (record.status != "failed", record.source == "built-in"))
        self.table.setRowCount(len(ordered))
        for place, record in enumerate(ordered):
            kinds = ", ".join(dict.fromkeys(made.KIND.replace("_", " ") for made in record.contributions))
            texts = (record.name, kinds or "–", record.source, record.status, record.error)
            for across, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text if across != 0 else f"{record.name}\n{record.origin}")
                if record.status == "failed" and across >= 3:
                    item.setForeground(QColor(colours().bad))
                self.table.setItem(place, across, item)

    def _reload(self) -> None:
        if not self.workspace.training.active:
            self.workspace.shelf.load()
            self.refresh()

    def _open_folder(self) -> None:
        folder = user_folders().plugins
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
