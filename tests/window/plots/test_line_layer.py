from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from desktop_app.window.plots.line_layer import Line, LineLayer

HEIGHTS = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=60)


def line(heights: list[float], *, has_dots: bool = False) -> Line:
    made = Line(has_dots=has_dots)
    made.set_points(np.arange(len(heights), dtype=np.float64), np.array(heights))
    made.pen = pg.mkPen("#ff0000")
    return made


def shown(qtbot: QtBot, *lines: Line) -> pg.PlotWidget:
    view = pg.PlotWidget(background="#000000")
    qtbot.addWidget(view)
    view.hideAxis("left")
    view.hideAxis("bottom")
    layer = LineLayer()
    view.addItem(layer)
    layer.lines = list(lines)
    layer.lines_changed()
    view.resize(200, 120)
    view.show()
    qtbot.waitExposed(view)
    return view


def red_columns(view: pg.PlotWidget) -> list[int]:
    """Return the columns of pixels in which something red is."""
    picture = view.grab().toImage()
    return [
        x for x in range(picture.width()) if any(picture.pixelColor(x, y).red() > 100 for y in range(picture.height()))
    ]


@given(HEIGHTS, st.floats(-5, 65), st.floats(0, 70))
def test_its_reach_is_that_of_the_finite_heights_between_two_places(
    heights: list[float], low: float, width: float
) -> None:
    inside = [each for place, each in enumerate(heights) if low <= place <= low + width and np.isfinite(each)]
    assert line(heights).reach(low, low + width) == ((min(inside), max(inside)) if inside else None)


def test_the_view_is_fitted_to_all_lines_that_are_visible(qtbot: QtBot) -> None:
    small, large = line([1.0, 2.0]), line([0.0, 50.0, 100.0])
    view = shown(qtbot, small, large)
    view.grab()
    assert view.getViewBox().viewRange()[1][1] >= 100.0
    large.is_visible = False
    small.set_points(small.places, small.heights)
    view.plotItem.items[0].lines_changed()
    view.grab()
    (left, right), (bottom, top) = view.getViewBox().viewRange()
    assert left <= 0.0 < 1.0 <= right < 2.0
    assert bottom <= 1.0 < 2.0 <= top < 3.0


@pytest.mark.parametrize("heights", [[], [float("nan")] * 5])
def test_a_line_of_nothing_finite_is_no_error(qtbot: QtBot, heights: list[float]) -> None:
    view = shown(qtbot, line(heights))
    assert red_columns(view) == []
    assert view.plotItem.items[0].dataBounds(1) == (None, None)


def test_a_gap_is_left_open(qtbot: QtBot) -> None:
    view = shown(qtbot, line([1.0, 1.0, float("nan"), float("nan"), 1.0, 1.0]))
    columns = red_columns(view)
    assert max(np.diff(columns)) > 60


def test_dots_are_thicker_than_the_line_until_they_are_too_many(qtbot: QtBot) -> None:
    def area(count: int, *, has_dots: bool) -> int:
        picture = shown(qtbot, line([1.0] * count, has_dots=has_dots)).grab().toImage()
        return sum(
            picture.pixelColor(x, y).red() > 100 for x in range(picture.width()) for y in range(picture.height())
        )

    assert area(8, has_dots=True) > area(8, has_dots=False)
    assert area(500, has_dots=True) == area(500, has_dots=False)
