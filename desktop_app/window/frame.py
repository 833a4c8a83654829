"""The main window: rail, header, page and status bar, and what the keyboard does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QStackedWidget

from desktop_app.window import theme
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import column, holding, row
from desktop_app.window.choosing import choose_file, choose_new_file
from desktop_app.window.command_palette import Command, CommandPalette
from desktop_app.window.drop_area import paths_in
from desktop_app.window.garbage import GarbageOnThisThread
from desktop_app.window.header import Header
from desktop_app.window.help_panel import HelpPanel
from desktop_app.window.icons import recolour
from desktop_app.window.main_action import Deed
from desktop_app.window.notice_bar import NoticeBar
from desktop_app.window.pages.all_pages import PAGES
from desktop_app.window.pages.data import DataPage
from desktop_app.window.pages.page import Page
from desktop_app.window.pages.predict import PredictPage
from desktop_app.window.rail import Rail
from desktop_app.window.said_once import SaidOnce
from desktop_app.window.status_bar import StatusBar
from desktop_app.window.workspace import Workspace

_OPENED = (
    "All that can be opened (*.toml *.csv *.tsv *.parquet *.onnx);;Experiments (*.toml);;Tables (*.csv *.tsv *.parquet)"
)


class Frame(QMainWindow):
    """The whole window. ``close`` asks while a training runs, has it save, and goes when every thread has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Downslope")
        # A screen may be smaller than what is comfortable; nothing of the window is to lie outside of it.
        self.resize(QSize(1280, 800).boundedTo(self.screen().availableSize()))
        self.setMinimumSize(1024, 600)
        self.setAcceptDrops(True)
        self._garbage = GarbageOnThisThread(self)
        self._closing = False
        self.workspace = Workspace(self)
        self.rail = Rail()
        self.header = Header(self.workspace)
        self.notices = NoticeBar()
        self.status = StatusBar(self.workspace)
        self.stack = QStackedWidget()
        self.pages: dict[str, Page] = {}
        self.palette_dialog: CommandPalette | None = None
        self.help = HelpPanel(self)
        for made in PAGES:
            self._add_page(made(self.workspace))
        right = column(self.header, self.notices, self.stack, self.status, spacing=0)
        right.setStretch(2, 1)
        whole = row(self.rail, right, spacing=0)
        whole.setStretch(1, 1)
        self.setCentralWidget(holding(whole))
        self._connect()
        self._bind_keys()
        self.show_page(PAGES[0].NAME)

    @property
    def page(self) -> Page:
        """The page in front."""
        shown = self.stack.currentWidget()
        assert isinstance(shown, Page)
        return shown

    def show_page(self, name: str) -> None:
        """Bring a page to the front."""
        self.stack.setCurrentWidget(self.pages[name])
        self.rail.show_page(name)
        self.pages[name].setFocus()

    def load(self) -> None:
        """Begin to load PyTorch and the plugins behind the window."""
        self.workspace.shelf.load()

    def commands(self) -> list[Command]:
        """Return everything that the command palette offers now."""
        go = [
            Command(f"Go to {page.TITLE}", lambda name=name: self.show_page(name), f"Ctrl+{place}")  # type: ignore[misc]
            for place, (name, page) in enumerate(self.pages.items(), start=1)
        ]
        general = [
            Command(self.header.main.text(), self.header.press, "Ctrl+Enter"),
            Command("Open…", self.open, "Ctrl+O"),
            Command("Save experiment…", self.save, "Ctrl+S"),
            Command("Begin with the article's recipe", self.workspace.begin_with_article),
            *self._queue_commands(),
            Command("Undo", self.undo, "Ctrl+Z"),
            Command("Redo", self.redo, "Ctrl+Shift+Z"),
            Command("Help for this page", self.show_help, "F1"),
            Command("Light colours", lambda: theme.ask_for("light")),
            Command("Dark colours", lambda: theme.ask_for("dark")),
            Command("Colours of the system", lambda: theme.ask_for(None)),
        ]
        data = self.pages["data"].commands() if self.page is not self.pages["data"] else []
        return [*self.page.commands(), *general, *data, *go]

    def _queue_commands(self) -> list[Command]:
        queue = self.workspace.queue
        can_start = queue.queue is not None and queue.queue.waiting and not self.workspace.training.active
        return [
            *([Command("Add to queue", queue.add_draft, "Ctrl+Shift+Enter")] if queue.can_add else []),
            *([Command("Start the queue", queue.start)] if can_start else []),
        ]

    def open(self) -> None:
        """Ask for a file to open."""
        choose_file(self, "Open", _OPENED, self.workspace.open_path)

    def save(self) -> None:
        """Write the draft to its file, or ask for one."""
        draft = self.workspace.draft
        if not draft.get("data.source"):
            return
        if draft.file is not None:
            self.workspace.save(draft.file)
            return
        name = str(draft.get("name", "experiment")).replace("/", "-")
        choose_new_file(self, "Save experiment", "Experiments (*.toml)", ".toml", f"{name}.toml", self.workspace.save)

    def undo(self) -> None:
        """Take back the last change: the page's own where it has some in front, else the draft's."""
        if not self.page.undo():
            self.workspace.draft.undo()

    def redo(self) -> None:
        """Take again what was taken back."""
        if not self.page.redo():
            self.workspace.draft.redo()

    def show_help(self) -> None:
        """Show the help for the page in front."""
        self.help.show_topic(self.page.NAME)

    def show_palette(self) -> None:
        """Offer every command by name."""
        self.palette_dialog = CommandPalette(self.commands(), self)
        self.palette_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.palette_dialog.show()

    def act(self, deed: Deed) -> None:
        """Do what the main button said."""
        workspace = self.workspace
        deeds: dict[str, Any] = {
            "choose": self._choose_data,
            "train": workspace.start_training,
            "stop": workspace.training.stop,
            "continue": workspace.training.proceed,
            "label": workspace.labelling.train,
            "resume": workspace.resume_run,
            "export": self._export,
            "predict": self._predict,
        }
        if deed in deeds:
            deeds[deed]()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while a training runs; stop it, wait for it to save, then go."""
        if self.workspace.training.active:
            event.ignore()
            if not self._closing and self._may_stop():
                self._closing = True
                self.workspace.training.ended.connect(self.close)
                self.workspace.training.stop()
                if not self.workspace.training.active:
                    self.close()
            return
        # Gone at once: a thread that imports PyTorch may take seconds to end.
        self.hide()
        for page in self.pages.values():
            page.join()
        self.workspace.shut_down()
        self._garbage.end()
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "rail"):
            recolour(self)
            self.rail.recolour()
            self.header.refresh()
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files anywhere on the window."""
        if paths_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand files to the page in front, or open them."""
        paths = paths_in(event.mimeData())
        if paths:
            event.acceptProposedAction()
            if not self.page.dropped(list(paths)):
                self.workspace.open_path(paths[0])

    def _may_stop(self) -> bool:
        box = QMessageBox(self)
        box.setWindowTitle("A training is running")
        box.setText("A training is running. Stop it and close?")
        box.setInformativeText("What has been learned so far is saved, and the run can be resumed later.")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.exec()
        return box.clickedButton() is stop

    def _add_page(self, page: Page) -> None:
        self.pages[page.NAME] = page
        self.stack.addWidget(page)
        entry = self.rail.add(page.NAME, page.TITLE, page.ICON, at_end=page.AT_END)
        page.state_changed.connect(lambda: entry.show_state(page.state))
        entry.show_state(page.state)

    def _connect(self) -> None:
        workspace = self.workspace
        self.rail.chosen.connect(self.show_page)
        self.header.acted.connect(self.act)
        self.header.menu_asked.connect(self.show_palette)
        workspace.page_asked.connect(self.show_page)
        workspace.said.connect(self.notices.say)
        SaidOnce(workspace.training, workspace.warming, self).said.connect(self.notices.say)
        workspace.checked.connect(self._show_problem)
        workspace.draft.changed.connect(self._show_title)
        workspace.shelf.changed.connect(self._shelf_changed)
        self._show_title()

    def _bind_keys(self) -> None:
        keys = {
            "Ctrl+O": self.open,
            "Ctrl+S": self.save,
            "Ctrl+Return": self.header.press,
            "Ctrl+Enter": self.header.press,
            "Ctrl+Shift+Return": self.workspace.queue.add_draft,
            "Ctrl+Shift+Enter": self.workspace.queue.add_draft,
            "Ctrl+K": self.show_palette,
            "F1": self.show_help,
            "Ctrl+Z": self.undo,
            "Ctrl+Shift+Z": self.redo,
        }
        for key, deed in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(deed)
        for place, name in enumerate(self.pages, start=1):
            QShortcut(QKeySequence(f"Ctrl+{place}"), self).activated.connect(lambda name=name: self.show_page(name))
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self.pages["train"])
        space.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        space.activated.connect(self.pages["train"].space_pressed)

    def _choose_data(self) -> None:
        self.show_page("data")
        data = self.pages["data"]
        if isinstance(data, DataPage):
            data.choose_folder()

    def _export(self) -> None:
        self.show_page("export")
        self.workspace.export_run()

    def _predict(self) -> None:
        page = self.pages["predict"]
        if self.page is page and isinstance(page, PredictPage):
            page.ways.choose()
        self.show_page("predict")

    def _show_problem(self) -> None:
        problem = self.workspace.problem
        key = problem.key if problem is not None else ""
        text = str(problem).removeprefix(f"{key}: ") if problem is not None else ""
        for page in self.pages.values():
            page.show_problem(key, text)

    def _show_title(self) -> None:
        draft = self.workspace.draft
        name = draft.get("name", "experiment") if draft.get("data.source") else ""
        file = f" – {Path(draft.file).name}" if draft.file else ""
        self.setWindowTitle(f"{name}{file} – Downslope" if name else "Downslope")

    def _shelf_changed(self) -> None:
        if self.workspace.shelf.error is not None:
            self.notices.say(_failure(self.workspace.shelf.error))
        if self.workspace.shelf.registry is not None:
            self._garbage.spare_what_is_there()


def _failure(error: BaseException) -> Any:
    from desktop_app.window.workspace import Notice

    return Notice(f"The plugins could not be loaded. {sentence(error)}", "bad")


def follow_colours(application: QApplication) -> None:
    """Dress the application anew whenever the system, or a person, changes between light and dark."""
    application.styleHints().colorSchemeChanged.connect(lambda _scheme: theme.dress(application))
