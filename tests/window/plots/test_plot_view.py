"""The axes of a plot: the numbers at them have room, and different names."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.engine.recorder import Recorder
from desktop_app.window.plots.curve_item import CurveStyle
from desktop_app.window.plots.live_plot import LivePlot
from desktop_app.window.plots.shown_run import ShownRun
from desktop_app.window.wording import size


def small_plot(qtbot: QtBot, width: int, height: int, values: Callable[[np.ndarray], np.ndarray]) -> LivePlot:
    """Return a small plot of sizes in bytes over a thousand steps."""
    recorder, steps = Recorder(), np.arange(1, 1001)
    recorder.add("a", steps.tolist(), values(steps).tolist())
    plot = LivePlot("Memory", (CurveStyle("a", "memory"),), tick_words=size, small=True)
    qtbot.addWidget(plot)
    plot.resize(width, height)
    plot.show()
    qtbot.waitExposed(plot)
    plot.show_runs([ShownRun("0", "run", recorder)])
    plot.pull()
    plot.grab()
    return plot


@pytest.mark.parametrize("height", [88, 120])
@pytest.mark.parametrize("width", [160, 400])
@pytest.mark.parametrize("top", [9999.0, 1.4e9])
def test_the_numbers_at_the_axes_of_a_small_plot_do_not_touch(
    qtbot: QtBot, width: int, height: int, top: float
) -> None:
    plot = small_plot(qtbot, width, height, lambda steps: steps * top / 1000)
    _, _, down = plot.view.getAxis("left").picture
    _, _, across = plot.view.getAxis("bottom").picture
    line = plot.view.fontMetrics().height()
    middles = sorted(rectangle.center().y() for rectangle, _, text in down if text)
    assert all(above + line < below for above, below in pairwise(middles))
    shown = sorted((rectangle.left(), rectangle.right()) for rectangle, _, text in across if text)
    assert shown
    assert all(left[1] + 4 < right[0] for left, right in pairwise(shown))


def test_the_ticks_of_a_zoomed_plot_of_sizes_have_different_names(qtbot: QtBot) -> None:
    plot = small_plot(qtbot, 300, 150, lambda steps: 1.36e9 + steps * 1e5)
    plot.show_range(400.0, 900.0)
    plot.grab()
    _, _, specs = plot.view.getAxis("left").picture
    texts = [text for _, _, text in specs]
    assert len(texts) == len(set(texts)) > 1
    assert all(text.startswith("1.4") for text in texts)
    plot.show_range(500.0, 502.0)
    plot.grab()
    _, _, specs = plot.view.getAxis("left").picture
    texts = [text for _, _, text in specs if text]
    assert len(texts) == len(set(texts)) >= 1
