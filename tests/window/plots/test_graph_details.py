"""Graphs of whole curves: axes, legends, shades."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.plots.legend import Swatch
from desktop_app.window.plots.log_axis import LogAxis
from desktop_app.window.plots.shaded_graph import Band, ShadedGraph, Span

Shown = Callable[[Graph], Graph]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    """Return a function that shows a graph and holds on to it: one that is being painted must not go."""
    held: list[Graph] = []

    def show(graph: Graph) -> Graph:
        held.append(graph)
        qtbot.addWidget(graph)
        graph.resize(600, 300)
        graph.show()
        return graph

    yield show
    for graph in held:
        graph.close()


@pytest.mark.parametrize("log", [False, True])
def test_an_axis_of_small_numbers_shows_them_as_they_are(shown: Shown, log: bool) -> None:
    graph = shown(Graph("Small", "rate", "loss", log_x=log))
    graph.show_curves([Curve("a", np.array([0.01, 0.1]), np.array([0.2, 0.4]))])
    graph.show_curves([Curve("b", np.array([0.01, 0.1]), np.array([0.2, 0.4]))])
    assert graph.view.getAxis("bottom").autoSIPrefixScale == 1.0
    assert graph.view.getAxis("left").autoSIPrefixScale == 1.0


def test_a_legend_breaks_its_lines_where_it_is_narrow(qtbot: QtBot, shown: Shown) -> None:
    graph = shown(Graph("Many", "x", "y"))
    x = np.arange(3.0)
    graph.show_curves([Curve(f"a curve with a long name {place}", x, x, place) for place in range(5)])
    graph.show_curves([*graph.curves, Curve("", x, x)])
    assert len(graph._legend.swatches) == 5
    graph.resize(1600, 300)
    one_line = Swatch("a").height()
    qtbot.waitUntil(lambda: graph._legend.height() == one_line)
    graph.resize(300, 300)
    qtbot.waitUntil(lambda: graph._legend.height() > 2 * one_line)


def test_shades_take_no_part_in_what_the_view_is_fitted_to(qtbot: QtBot, shown: Shown) -> None:
    graph = ShadedGraph("Shades", "x", "y", log_y=True)
    shown(graph)
    x = np.array([1.0, 2.0, 3.0])
    graph.show_curves([Curve("a", x, np.array([1.0, 10.0, 100.0]))])
    graph.show_spans([Span(-50.0, 50.0, 0)])
    graph.show_bands([Band(x, np.array([0.0, 1e-9, 1.0]), np.array([2.0, 1e9, 2.0]), 0)])
    qtbot.waitUntil(lambda: graph.view.viewRange()[0][0] > 0.5)
    (left, right), (low, high) = graph.view.viewRange()
    assert (left > 0.5, right < 3.5, low > -1.0, high < 3.0) == (True, True, True, True)
    graph.show_spans([])
    graph.show_bands([])
    assert graph._spans == graph._bands == []


@pytest.mark.parametrize("layers", [1, 2, 5, 40])
def test_an_axis_that_counts_layers_names_no_half_ones(shown: Shown, layers: int) -> None:
    graph = shown(Graph("Layers", "layer", "std", whole_x=True))

    found = graph.view.getAxis("bottom").tickValues(0.9, layers + 0.1, 500.0)
    ticks = [value for _, values in found for value in values]
    assert all(float(value).is_integer() for value in ticks)
    assert len(ticks) >= min(layers, 3)


@given(st.floats(-8.0, 6.0), st.floats(0.01, 6.0))
def test_an_axis_of_powers_of_ten_names_numbers_wherever_it_is_zoomed_to(low: float, decades: float) -> None:
    axis = LogAxis("left")
    axis.setLogMode(True)
    axis.setRange(low, low + decades)

    found = {
        place: text
        for _, places in axis.tickValues(low, low + decades, 200.0)
        for place, text in zip(places, axis.powers(places), strict=True)
        if text
    }
    assert found
    for place, text in found.items():
        assert low - 1e-6 <= place <= low + decades + 1e-6
        assert float(text) == pytest.approx(10**place, rel=2e-3)
    assert len(set(found.values())) == len(found)
