"""The Plugins page: what it lists, what it says of one plugin, and what can be done with it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.new_plugin import NewPlugin
from desktop_app.window.pages.plugins import PluginsPage

LONG_MS = 60_000
CHECK_MS = 240_000
LEFT = Qt.MouseButton.LeftButton

RULE = """
import torch
from desktop_app.api import Optimizer, hookimpl

__version__ = "0.3"


class Steep(torch.optim.SGD):
    def __init__(self, params, lr: float = 0.05):
        super().__init__(params, lr=lr)


@hookimpl
def register_optimizers():
    return Optimizer("steep", Steep, title="Steep descent", summary="Straight down")
"""
LONG = "a" * 200


@pytest.fixture
def folder(home: Path) -> Path:
    """Return the user's plugin folder with a good plugin, a broken one and one that nobody can read at once."""
    made = home / "plugins"
    made.mkdir()
    (made / "steep.py").write_text(RULE, encoding="utf-8")
    (made / "broken.py").write_text(f"raise RuntimeError('{LONG}')\n", encoding="utf-8")
    return made


@pytest.fixture
def page(folder: Path, frame: Frame) -> PluginsPage:
    """Return the page in front of the real window, with the plugins above loaded."""
    frame.show_page("plugins")
    found = frame.pages["plugins"]
    assert isinstance(found, PluginsPage)
    return found


def column(page: PluginsPage, place: int = 0) -> list[str]:
    rows = page.table.model()
    return [rows.index(row, place).data() for row in range(rows.rowCount())]


def click_row(qtbot: QtBot, page: PluginsPage, name: str) -> None:
    index = page.table.model().index(column(page).index(name), 0)
    page.table.scrollTo(index)
    qtbot.mouseClick(page.table.viewport(), LEFT, pos=page.table.visualRect(index).center())


def until(qtbot: QtBot, true: Callable[[], object], timeout: int = LONG_MS) -> None:
    qtbot.waitUntil(lambda: bool(true()), timeout=timeout)


def test_failed_ones_stand_first_then_the_users_and_the_rail_asks_for_attention(
    qtbot: QtBot, page: PluginsPage, frame: Frame
) -> None:
    assert column(page)[:2] == ["broken", "steep"]
    assert column(page, 2)[:2] == ["user", "user"]
    assert set(column(page, 2)[2:]) == {"built-in"}
    assert column(page, 3)[:2] == ["failed", "ok"]
    assert page.state == "attention"
    assert len(column(page)) == len(frame.workspace.shelf.registry.plugins)  # type: ignore[union-attr]


def test_typing_and_the_choice_beside_it_narrow_the_list(qtbot: QtBot, page: PluginsPage) -> None:
    qtbot.keyClicks(page.search, "steep opt")
    assert column(page) == ["steep"]
    page.search.clear()
    qtbot.keyClicks(page.search, "no such plugin")
    assert page._nothing.isVisible()
    assert 'No plugin here has "no such plugin" in it.' in page._nothing.text
    qtbot.mouseClick(page._nothing.button, LEFT)
    assert len(column(page)) > 20

    page.scope.setFocus()
    qtbot.keyClick(page.scope, Qt.Key.Key_Down)
    assert column(page) == ["broken", "steep"]
    qtbot.keyClick(page.scope, Qt.Key.Key_Down)
    assert column(page) == ["broken"]


def test_a_plugin_that_is_chosen_tells_everything_of_itself(
    qtbot: QtBot, page: PluginsPage, folder: Path, frame: Frame
) -> None:
    details = page.details
    assert not details.name.isVisible()

    click_row(qtbot, page, "steep")

    assert details.name.text() == "steep"
    assert details._what.text() == "User plugin, version 0.3"
    assert details.switch.isChecked()
    assert not details.reason.isVisible()
    assert details._file.toolTip() == str(folder / "steep.py")
    asked: list[object] = []
    frame.workspace.learn_asked.connect(asked.append)
    until(qtbot, lambda: [one for one in details.findChildren(QToolButton) if one.isVisible()])
    (learn,) = [one for one in details.findChildren(QToolButton) if one.isVisible()]
    qtbot.mouseClick(learn, LEFT)
    assert asked == [("optimizer", "steep")]


def test_a_long_reason_is_shown_whole_and_can_be_copied(qtbot: QtBot, page: PluginsPage, folder: Path) -> None:
    click_row(qtbot, page, "broken")

    reason = page.details.reason
    assert reason.toPlainText() == f"RuntimeError: {LONG} (line 1)"
    until(qtbot, lambda: reason.verticalScrollBar().maximum() == 0)
    assert reason.document().idealWidth() <= reason.viewport().width() + 1
    qtbot.mouseClick(page.details.copy, LEFT)
    assert QGuiApplication.clipboard().text() == f"{folder / 'broken.py'}: RuntimeError: {LONG} (line 1)"


def test_the_switch_takes_a_plugin_out_of_every_menu_and_brings_it_back(
    qtbot: QtBot, page: PluginsPage, frame: Frame
) -> None:
    shelf = frame.workspace.shelf
    click_row(qtbot, page, "steep")

    qtbot.mouseClick(page.details.switch, LEFT, pos=QPoint(10, 10))
    until(qtbot, lambda: shelf.card("optimizer", "steep") is None)

    assert column(page, 3)[:2] == ["failed", "disabled"]
    assert page.details.name.text() == "steep"
    assert not page.details.switch.isChecked()
    assert column(page, 1)[1] == "optimizer"

    qtbot.mouseClick(page.details.switch, LEFT, pos=QPoint(10, 10))
    until(qtbot, lambda: shelf.card("optimizer", "steep"))

    assert page.details.switch.isChecked()


def test_without_plugins_of_ones_own_the_page_says_how_to_begin_and_begins(
    qtbot: QtBot, frame: Frame, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    # No editor is to open on the machine that runs the tests.
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    frame.show_page("plugins")
    page = frame.pages["plugins"]
    assert isinstance(page, PluginsPage)
    page.scope.setFocus()
    qtbot.keyClick(page.scope, Qt.Key.Key_Down)
    assert "No plugins of your own yet" in page._nothing.text

    qtbot.mouseClick(page._nothing.button, LEFT)
    (dialog,) = page.findChildren(NewPlugin)
    qtbot.keyClicks(dialog.name, "adam")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert "already; choose another name" in dialog._wrong.text()
    dialog.name.clear()
    qtbot.keyClicks(dialog.name, "Not a name")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert "cannot be the name of a plugin" in dialog._wrong.text()
    dialog.name.clear()
    qtbot.keyClicks(dialog.name, "gentle")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)

    until(qtbot, lambda: page.details.name.text() == "gentle" and page.details.isVisible())
    assert opened == [str(home / "plugins" / "gentle.py")]
    assert frame.workspace.shelf.card("optimizer", "gentle") is not None
    # Its test lies in a folder that is no plugin.
    assert page.state == "ready"


def test_a_check_shows_a_tick_or_a_cross_for_each_rule(qtbot: QtBot, page: PluginsPage) -> None:
    click_row(qtbot, page, "broken")

    qtbot.mouseClick(page.details.check, LEFT)
    assert page.check.running
    assert page.results.title.text() == "CHECK"
    until(qtbot, lambda: not page.check.running, CHECK_MS)

    assert page.check.problem == ""
    assert "FAILED" in page.results.title.text()
    first = page.results.rows.itemAt(0).widget()
    assert first is not None
    # Another plugin's results are not shown as this one's.
    click_row(qtbot, page, "steep")
    assert not page.results.isVisible()


def test_a_check_can_be_cancelled_and_the_window_closed_over_it(qtbot: QtBot, page: PluginsPage) -> None:
    click_row(qtbot, page, "steep")
    qtbot.mouseClick(page.details.check, LEFT)

    qtbot.mouseClick(page.results._cancel, LEFT)

    assert not page.check.running
    assert page.results.title.text() == "CHECK CANCELLED"
    assert page.check.problem == ""
    qtbot.mouseClick(page.details.check, LEFT)
    assert page.check.running


def test_where_there_is_no_room_for_the_reason_the_details_have_it(qtbot: QtBot, page: PluginsPage) -> None:
    page.window().resize(1280, 800)
    until(qtbot, lambda: not page.table.isColumnHidden(4))
    page.window().resize(1024, 640)
    until(qtbot, lambda: page.table.isColumnHidden(4))
