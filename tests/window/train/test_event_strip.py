"""The time line shows what was changed, and says everything that happened where the mouse is."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from desktop_app.store.metrics import MetricEvent
from desktop_app.window.plots.event_signs import event_colour
from desktop_app.window.train.event_strip import EventStrip


@pytest.fixture
def strip(qtbot: QtBot) -> EventStrip:
    """Return a time line with a rate that was changed at step 50, and the checkpoint that was written before."""
    made = EventStrip()
    qtbot.addWidget(made)
    made.resize(500, made.height())
    made.show_range(0.0, 100.0)
    events = [
        MetricEvent(50, "checkpoint", "before the learning rate was changed"),
        MetricEvent(50, "learning_rate", "0.001"),
    ]
    made.show_events(events, [50.0, 50.0])
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_change_has_its_sign_and_not_the_checkpoint_before_it(strip: EventStrip) -> None:
    picture: QImage = strip.grab().toImage()
    assert picture.pixelColor(round(strip.x_of(1)), strip.height() // 2) == QColor(event_colour("learning_rate"))


def test_the_mouse_is_told_of_all_that_happened_there(qtbot: QtBot, strip: EventStrip) -> None:
    qtbot.mouseMove(strip, QPoint(round(strip.x_of(1)) + 2, strip.height() // 2))
    qtbot.waitUntil(lambda: "Learning rate set to 0.001" in QToolTip.text())
    assert QToolTip.text().splitlines() == [
        "step 50: Checkpoint: before the learning rate was changed",
        "step 50: Learning rate set to 0.001",
    ]
    QToolTip.hideText()
