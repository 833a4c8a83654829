"""The Learn page: the list, its search, what is shown, and when a lesson moves."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.learn.all_lessons import ListedLesson
from desktop_app.window.learn.lesson import Lesson
from desktop_app.window.pages import learn
from desktop_app.window.pages.learn import LearnPage


class Still(Lesson):
    """Counts how often it comes to the front and leaves it."""

    def __init__(self, workspace) -> None:
        super().__init__(workspace)
        self.calls: list[str] = []

    def shown(self) -> None:
        self.calls.append("shown")

    def hidden(self) -> None:
        self.calls.append("hidden")


class StillListed(ListedLesson):
    def make(self, workspace) -> Still:
        return Still(workspace)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, request: pytest.FixtureRequest) -> LearnPage:
    """Return the page of an open window whose one lesson counts."""
    monkeypatch.setattr(learn, "LESSONS", (StillListed("still", "A still picture", "It counts", "wave", ""),))
    frame: Frame = request.getfixturevalue("frame")
    page = frame.pages["learn"]
    assert isinstance(page, LearnPage)
    assert page.lessons == {}
    frame.show_page("learn")
    return page


def still(page: LearnPage) -> Still:
    lesson = page.lessons["still"]
    assert isinstance(lesson, Still)
    return lesson


def test_a_lesson_is_made_when_it_is_opened_and_moves_only_while_it_is_seen(page: LearnPage, frame: Frame) -> None:
    lesson = still(page)
    assert lesson.calls == ["shown"]
    frame.show_page("data")
    assert lesson.calls == ["shown", "hidden"]
    frame.show_page("learn")
    frame.workspace.learn_asked.emit(("optimizer", "adam"))
    assert lesson.calls == ["shown", "hidden", "shown", "hidden"]
    page.open(("lesson", "still"))
    assert page.lessons["still"] is lesson
    frame.hide()
    assert lesson.calls[-2:] == ["shown", "hidden"]


def test_a_card_that_is_asked_for_comes_to_the_front_and_is_there_again(page: LearnPage, frame: Frame) -> None:
    frame.show_page("train")
    frame.workspace.learn_asked.emit(("activation", "gelu"))
    assert frame.page is page
    assert page.card.content is not None
    assert page.card.content.card.name == "gelu"
    frame.show_page("data")
    frame.show_page("learn")
    assert page.subject == ("activation", "gelu")
    assert page.card.isVisible()


def test_the_question_mark_beside_a_choice_opens_its_card(page: LearnPage, frame: Frame, qtbot: QtBot) -> None:
    frame.workspace.shelf.card_asked.emit(("initializer", "xavier"))
    assert frame.page is page
    assert page.subject == ("initializer", "xavier")


def test_typing_finds_a_card_and_enter_opens_the_first(page: LearnPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.list.search, "initializer xav")
    assert page.list.listed == [("initializer", "xavier")]
    qtbot.keyClick(page.list.search, Qt.Key.Key_Return)
    assert page.subject == ("initializer", "xavier")
    page.list.search.clear()
    assert len(page.list.listed) > 1000


def test_the_list_holds_lessons_first_and_every_card_once(page: LearnPage, frame: Frame) -> None:
    registry = frame.workspace.shelf.registry
    assert registry is not None
    listed = page.list.listed
    assert listed[0] == ("lesson", "still")
    everything = sum(len(registry.shelf(kind)) for kind in learn.KINDS)
    assert len(listed) == len(set(listed)) == everything + 1


def test_the_arrow_keys_go_through_the_cards(page: LearnPage, qtbot: QtBot) -> None:
    page.open(("initializer", "he"))
    qtbot.keyClick(page.list.tree, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.subject != ("initializer", "he"))
    assert page.subject[0] == "initializer"
    assert page.card.content is not None
    assert page.card.content.card.name == page.subject[1]


def test_the_palette_offers_lessons_and_the_search(page: LearnPage) -> None:
    commands = {command.text: command for command in page.commands()}
    page.open(("optimizer", "adam"))
    commands["Learn: A still picture"].do()
    assert page.subject == ("lesson", "still")
    assert "Search the cards" in commands


def test_loading_is_said_before_the_plugins_are_there(qtbot: QtBot) -> None:
    frame = Frame()
    frame.show()
    qtbot.waitExposed(frame)
    frame.show_page("learn")
    page = frame.pages["learn"]
    assert page.state == "running"
    assert page.panel.isVisible()
    frame.close()
    frame.deleteLater()
