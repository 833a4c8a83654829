"""Where signs of events would lie on one another, the one that says more is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop_app.store.metrics import MetricEvent
from desktop_app.window.plots.curve_item import CurveStyle
from desktop_app.window.plots.event_signs import SIGN, event_colour, with_room
from desktop_app.window.plots.live_plot import LivePlot

KINDS = st.sampled_from(["checkpoint", "learning_rate", "stage", "snapshot"])
EVENTS = st.lists(st.tuples(KINDS, st.floats(0.0, 400.0)), max_size=60)


@pytest.mark.parametrize(
    ("kinds", "pixels", "drawn"),
    [
        ([], [], set()),
        (["checkpoint"], [5.0], {0}),
        (["checkpoint", "learning_rate"], [5.0, 5.0], {1}),
        (["checkpoint", "learning_rate"], [5.0, 12.0], {1}),
        (["snapshot", "learning_rate"], [5.0, 5.0], {0}),
        (["learning_rate", "learning_rate", "checkpoint"], [5.0, 12.0, 21.0], {0, 2}),
    ],
)
def test_a_checkpoint_has_no_sign_where_something_else_has_one(
    kinds: list[str], pixels: list[float], drawn: set[int]
) -> None:
    assert with_room(kinds, pixels) == drawn


@given(EVENTS)
def test_no_sign_lies_on_another_and_none_is_left_out_without_one_there(events: list[tuple[str, float]]) -> None:
    kinds, pixels = [kind for kind, _ in events], [x for _, x in events]
    drawn = with_room(kinds, pixels)
    for place, x in enumerate(pixels):
        near = [other for other in drawn if other != place and abs(pixels[other] - x) < SIGN]
        assert (place in drawn) == (not near)


def test_a_plot_shows_what_was_changed_and_not_the_checkpoint_before_it(qtbot: QtBot) -> None:
    plot = LivePlot("Loss", (CurveStyle("a", "training"),))
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    plot.show()
    qtbot.waitExposed(plot)
    plot.show_range(0.0, 100.0)
    plot.show_events([MetricEvent(50, "checkpoint", "before"), MetricEvent(50, "learning_rate", "0.001")])
    picture = plot.view.grab().toImage()
    at = plot.view.mapFromScene(plot.marks.mapToScene(QPointF(plot.marks.pixels()[1], SIGN / 2 + 1)))
    assert picture.pixelColor(at) == QColor(event_colour("learning_rate"))
