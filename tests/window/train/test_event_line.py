"""The list of events stays at its newest line, whatever its size, until somebody scrolls up."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.window.train.event_line import EventLine


@pytest.fixture
def line(qtbot: QtBot) -> EventLine:
    """Return a list of 40 lines at its newest one."""
    made = EventLine()
    qtbot.addWidget(made)
    made.resize(400, 160)
    made.show()
    qtbot.waitExposed(made)
    for place in range(40):
        made.add(f"Line {place}")
    qtbot.waitUntil(lambda: is_at_end(made))
    return made


def is_at_end(line: EventLine) -> bool:
    newest = line.visualItemRect(line.item(line.count() - 1))
    return line.viewport().rect().contains(newest)


def turn_wheel(line: EventLine, turned: int) -> None:
    none, middle = Qt.KeyboardModifier.NoModifier, line.viewport().rect().center()
    at = QPointF(middle), QPointF(line.viewport().mapToGlobal(middle))
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(*at, QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton, none, phase, False)
    QApplication.sendEvent(line.viewport(), event)


def test_a_list_that_gets_smaller_still_shows_what_comes(qtbot: QtBot, line: EventLine) -> None:
    for height in (90, 160, 60):
        line.resize(400, height)
        qtbot.waitUntil(lambda: is_at_end(line))
        line.add(f"Added at {height} pixels")
        qtbot.waitUntil(lambda: is_at_end(line))


def test_who_scrolls_up_stays_there_until_they_come_back(qtbot: QtBot, line: EventLine) -> None:
    turn_wheel(line, 360)
    bar = line.verticalScrollBar()
    place, end = bar.value(), bar.maximum()
    assert place < end
    line.add("Unseen")
    qtbot.waitUntil(lambda: bar.maximum() > end)
    line.resize(400, 120)
    qtbot.waitUntil(lambda: line.viewport().height() < 130)
    assert bar.value() == place
    for _ in range(20):  # one turn scrolls by a page at most
        turn_wheel(line, -1200)
    line.add("Seen")
    qtbot.waitUntil(lambda: is_at_end(line) and bar.value() > end)


def test_a_new_training_is_followed_though_somebody_had_scrolled_up(qtbot: QtBot, line: EventLine) -> None:
    turn_wheel(line, 360)
    line.begin()
    for place in range(60):
        line.add(f"New line {place}")
    qtbot.waitUntil(lambda: is_at_end(line))
