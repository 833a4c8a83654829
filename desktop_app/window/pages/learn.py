"""Learn: moving pictures of what the strategies do, and a card of every plugin."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import column, holding, row
from desktop_app.window.command_palette import Command
from desktop_app.window.learn.all_lessons import LESSONS
from desktop_app.window.learn.card_list import KINDS, LESSON, CardList, Subject
from desktop_app.window.learn.card_view import CardView
from desktop_app.window.learn.lesson import Lesson
from desktop_app.window.pages.page import Page
from desktop_app.window.workspace import Workspace

_LIST_PIXELS = 248
_FIRST_CARD = ("optimizer", "adam")


class LearnPage(Page):
    """A list at the left, the lesson or card at the right; what was shown last is there again."""

    NAME, TITLE, ICON, AT_END = "learn", "Learn", "learn", True

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.list = CardList(LESSONS)
        self.list.setFixedWidth(_LIST_PIXELS)
        self.list.chosen.connect(self._chosen)
        self.lessons: dict[str, Lesson] = {}
        self.card = CardView(workspace)
        self._body = QStackedWidget()
        self._body.addWidget(self.card)
        self._moving: Lesson | None = None
        self._listed: object = None
        self.subject: Subject = (LESSON, LESSONS[0].name) if LESSONS else _FIRST_CARD
        layout = row(self.list, self._body, spacing=0)
        layout.setStretch(1, 1)
        self._content = holding(column(layout))
        self.add_content(self._content)
        workspace.shelf.changed.connect(self.refresh)
        workspace.learn_asked.connect(self.open)
        self._window: QWidget | None = None
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer every lesson by name, and what the one in front offers."""
        lessons = [
            Command(f"Learn: {lesson.title}", lambda name=lesson.name: self.open((LESSON, name)))  # type: ignore[misc]
            for lesson in LESSONS
        ]
        shown = self._body.currentWidget()
        own = shown.commands() if isinstance(shown, Lesson | CardView) and self._ready else []
        return [*own, *lessons, Command("Search the cards", self._search)]

    def refresh(self) -> None:
        """Show the list and what was chosen, once the plugins are loaded."""
        shelf = self.workspace.shelf
        if shelf.registry is None:
            if shelf.error is not None:
                self.set_state("attention")
                self.panel.show_error("The plugins could not be loaded", sentence(shelf.error), "Try again", shelf.load)
            else:
                self.set_state("running")
                self.panel.show_loading("Loading PyTorch and the plugins…", "It takes some seconds after the start.")
            self.stack.setCurrentWidget(self.panel)
            return
        self.set_state("ready")
        self.stack.setCurrentWidget(self._content)
        if shelf.catalogue is not self._listed and shelf.catalogue is not None:
            self._listed = shelf.catalogue
            self.list.show_cards(card for kind in KINDS for card in shelf.cards(kind))
        # A lesson, and the curves of a card, cost time: nothing is made before it is looked at.
        if self.isVisible():
            self._show()

    def open(self, subject: object) -> None:
        """Come to the front with a lesson, ``("lesson", NAME)``, or a card, ``(kind, name)``."""
        if isinstance(subject, tuple) and len(subject) == 2:
            self.subject = (str(subject[0]), str(subject[1]))
        self.workspace.page_asked.emit(self.NAME)
        if self._ready:
            self._show()

    def space_pressed(self) -> None:
        """Leave Space to the lesson in front."""

    def showEvent(self, event: QShowEvent) -> None:
        """Make what is looked at, and let it move."""
        super().showEvent(event)
        if self._window is None:
            self._window = self.window()
            self._window.installEventFilter(self)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop what moves while nobody sees it."""
        super().hideEvent(event)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stop what moves while the window is minimised."""
        if event.type() == QEvent.Type.WindowStateChange:
            self._follow()
        return super().eventFilter(watched, event)

    def join(self) -> None:
        """Let nothing move any more."""
        self._set_moving(None)

    @property
    def _ready(self) -> bool:
        return self.workspace.shelf.registry is not None

    def _chosen(self, subject: Subject) -> None:
        self.subject = subject
        self._show()

    def _show(self) -> None:
        kind, name = self.subject
        self.list.show_subject(self.subject)
        if kind == LESSON:
            made = self._lesson(name)
            if made is not None:
                self._body.setCurrentWidget(made)
        else:
            self._body.setCurrentWidget(self.card)
            self.card.show_card(kind, name)
        self._follow()

    def _lesson(self, name: str) -> Lesson | None:
        if name not in self.lessons:
            listed = next((lesson for lesson in LESSONS if name == lesson.name), None)
            if listed is None:
                return None
            self.lessons[name] = made = listed.make(self.workspace)
            self._body.addWidget(made)
        return self.lessons[name]

    def _follow(self) -> None:
        """Have the lesson in front move, and no other; none where the page is not seen."""
        shown = self._body.currentWidget()
        seen = self._ready and self.isVisible() and not self.window().isMinimized()
        self._set_moving(shown if seen and isinstance(shown, Lesson) else None)

    def _set_moving(self, lesson: Lesson | None) -> None:
        if lesson is self._moving:
            return
        if self._moving is not None:
            self._moving.hidden()
        self._moving = lesson
        if lesson is not None:
            lesson.shown()

    def _search(self) -> None:
        self.list.search.setFocus()
        self.list.search.selectAll()
