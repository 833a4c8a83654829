"""What is said under the header, and the button that does something about it."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.window.notice_bar import NoticeBar
from desktop_app.window.workspace import Notice


def test_its_button_does_what_it_says_and_closes_it(qtbot: QtBot) -> None:
    bar, done = NoticeBar(), []
    qtbot.addWidget(bar)
    bar.say(Notice("Copied 3 pictures.", "note", "Open the folder", lambda: done.append("opened")))
    assert bar.button.text() == "Open the folder"
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert done == ["opened"]
    assert not bar.isVisible()


def test_a_sentence_alone_has_no_button(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.say(Notice("Something is wrong.", "bad"))
    assert bar.isVisible()
    assert not bar.button.isVisible()
