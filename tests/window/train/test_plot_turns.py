"""Plots are drawn one at a time, and the window answers in between."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from desktop_app.window.plots.curve_item import CurveStyle
from desktop_app.window.plots.live_plot import LivePlot
from desktop_app.window.train.plot_turns import PlotTurns


def made(qtbot: QtBot, number: int) -> tuple[QObject, PlotTurns, list[LivePlot]]:
    owner = QObject()
    plots = [LivePlot(str(place), (CurveStyle("a", "training"),)) for place in range(number)]
    for plot in plots:
        qtbot.addWidget(plot)
    return owner, PlotTurns(owner), plots


def test_events_come_through_between_two_plots(qtbot: QtBot) -> None:
    _owner, turns, plots = made(qtbot, 3)
    happened: list[str] = []

    def draw(name: str) -> None:
        happened.append(name)
        QTimer.singleShot(0, lambda: happened.append("event"))

    for plot in plots:
        turns.ask(plot, "new", lambda plot=plot: draw(plot.title))
    assert happened == []
    qtbot.waitUntil(lambda: len(happened) == 6)
    assert happened == ["0", "event", "1", "event", "2", "event"]
    assert not turns.is_busy


def test_what_asks_again_keeps_its_place_and_is_drawn_once_by_what_it_asked_last(qtbot: QtBot) -> None:
    _owner, turns, [first, second] = made(qtbot, 2)
    drawn: list[str] = []
    turns.ask(first, "zoom", lambda: drawn.append("old"))
    turns.ask(second, "zoom", lambda: drawn.append("second"))
    turns.ask(first, "new", lambda: drawn.append("first, for another reason"))
    turns.ask(first, "zoom", lambda: drawn.append("first"))
    qtbot.waitUntil(lambda: not turns.is_busy)
    assert drawn == ["first", "second", "first, for another reason"]


def test_what_is_forgotten_is_not_drawn(qtbot: QtBot) -> None:
    _owner, turns, [first, second] = made(qtbot, 2)
    drawn: list[str] = []
    turns.ask(first, "zoom", lambda: drawn.append("zoom"))
    turns.ask(second, "new", lambda: drawn.append("new"))
    turns.forget("zoom")
    qtbot.waitUntil(lambda: not turns.is_busy)
    assert drawn == ["new"]


def test_a_plot_that_cannot_be_drawn_does_not_hold_up_the_others(qtbot: QtBot) -> None:
    _owner, turns, [first, second] = made(qtbot, 2)
    drawn: list[str] = []
    turns.ask(first, "new", lambda: 1 / 0)
    turns.ask(second, "new", lambda: drawn.append("second"))
    with qtbot.captureExceptions() as exceptions:
        qtbot.waitUntil(lambda: drawn == ["second"])
    assert [each[0] for each in exceptions] == [ZeroDivisionError]
