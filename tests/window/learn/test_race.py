from __future__ import annotations

import csv
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop_app.api import Optimizer
from desktop_app.engine.learn.surfaces import SURFACES
from desktop_app.registry import Registry
from desktop_app.window.command_palette import CommandPalette
from desktop_app.window.garbage import GarbageOnThisThread
from desktop_app.window.learn.race import RaceLesson
from desktop_app.window.learn.race_clock import FRAME_BESIDE_TRAINING_MS, RaceClock
from desktop_app.window.learn.race_lanes import MOST, Lanes, entrants
from desktop_app.window.learn.race_map import Look
from desktop_app.window.learn.race_relief import Relief
from desktop_app.window.workspace import Workspace

LONG_MS = 60_000


class Fixed(torch.optim.SGD):
    """Descends at a rate that nobody sets."""

    def __init__(self, params: Any) -> None:
        super().__init__(params, lr=0.05)


class Quicker(torch.optim.SGD):
    def __init__(self, params: Any) -> None:
        super().__init__(params, lr=0.1)


class Raising(Fixed):
    def step(self, closure: Any = None) -> Any:
        raise ValueError("out of order")


class Endless(Fixed):
    def step(self, closure: Any = None) -> Any:
        while True:
            time.sleep(0.001)


def registry_with(registry: Registry, **kinds: Any) -> Registry:
    made = Registry()
    for contribution in registry.optimizers.values():
        if contribution.name in ("sgd", "momentum", "adam"):
            made.optimizers.add(contribution)
    for name, kind in kinds.items():
        made.optimizers.add(Optimizer(name, kind, title=name.title()))
    return made


@pytest.fixture
def lesson(qtbot: QtBot, registry: Registry) -> Iterator[RaceLesson]:
    """Return the lesson in a window of its own, with three classics and four plugins of a user."""
    before = set(threading.enumerate())
    garbage = GarbageOnThisThread()  # as the frame has it: no worker may take Qt's objects apart
    workspace = Workspace()
    workspace.shelf.registry = registry_with(registry, fixed=Fixed, raising=Raising, endless=Endless)
    made = RaceLesson(workspace)
    qtbot.addWidget(made)
    made.resize(1000, 720)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.hidden()
    workspace.shut_down()
    garbage.end()
    assert [thread.name for thread in set(threading.enumerate()) - before if not thread.daemon] == []


def raced(qtbot: QtBot, lesson: RaceLesson) -> Any:
    """Wait until everything that was asked for is raced and shown, and return the race."""
    qtbot.waitUntil(lambda: not lesson.director.work.busy and lesson.director.race is not None, timeout=LONG_MS)
    return lesson.director.race


def text(lesson: RaceLesson, row: int, column: int) -> str:
    return lesson.panel.table.item(row, column).text()


def test_the_window_knows_the_lesson_before_torch_is_loaded() -> None:
    asked = "import sys, desktop_app.window.learn.race; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_the_classics_begin_by_themselves_with_rates_that_were_searched(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    race = raced(qtbot, lesson)
    assert [trail.entrant.label for trail in race.trails] == ["SGD", "Momentum", "Adam"]
    assert lesson.clock.playing
    assert 0.08 <= race.trails[0].entrant.hyper["lr"] < 0.125
    assert "is the best rate" in lesson.panel.settings._rate_note.text()
    assert all(trail.steps_to_target is not None for trail in race.trails)


def test_nothing_is_computed_before_it_is_shown_or_after_it_is_hidden(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.director.add("fixed")
    assert not lesson.director.work.busy
    lesson.shown()
    raced(qtbot, lesson)
    assert lesson.clock.playing
    lesson.hidden()
    assert not lesson.clock.playing
    lesson.director.set_steps(50)
    assert not lesson.director.work.busy


def test_dragging_the_start_with_the_mouse_races_from_there(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    raced(qtbot, lesson)
    viewport = lesson.map.viewport()

    def pixel(x: float, y: float) -> QPoint:
        return lesson.map.mapFromScene(lesson.map.getViewBox().mapViewToScene(QPointF(x, y)))

    lesson.map.grab()
    begin, end = pixel(*lesson.director.start), pixel(-2.0, -1.0)
    qtbot.mouseMove(viewport, begin)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=begin)
    for part in np.linspace(0.1, 1.0, 8):
        qtbot.mouseMove(viewport, begin + (end - begin) * float(part))
        qtbot.wait(30)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    qtbot.waitUntil(lambda: abs(lesson.director.start[0] + 2.0) < 0.2, timeout=LONG_MS)
    race = raced(qtbot, lesson)
    assert race.steps == lesson.director.steps
    assert race.start == lesson.director.start
    assert race.start[1] == pytest.approx(-1.0, abs=0.1)
    assert (race.trails[0].positions[0] == race.start).all()


def test_space_plays_and_pauses_and_the_arrows_step(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    raced(qtbot, lesson)
    lesson.map.setFocus()
    qtbot.keyClick(lesson.map, Qt.Key.Key_Space)
    assert not lesson.clock.playing
    lesson.clock.show_step(7)
    qtbot.keyClick(lesson.map, Qt.Key.Key_Right)
    assert lesson.clock.step == 8
    qtbot.keyClick(lesson.map, Qt.Key.Key_Left)
    qtbot.keyClick(lesson.map, Qt.Key.Key_Left)
    assert lesson.clock.step == 6
    qtbot.keyClick(lesson.map, Qt.Key.Key_Space)
    assert lesson.clock.playing


def test_scrubbing_shows_where_everybody_was_at_that_step(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    race = raced(qtbot, lesson)
    lesson.transport.slider.setValue(30)
    assert not lesson.clock.playing
    for row, trail in enumerate(race.trails):
        x, y = lesson.map.lines[row].getData()
        np.testing.assert_array_equal(np.column_stack([x, y]), trail.positions[:31])
        assert float(text(lesson, row, 1)) == pytest.approx(trail.losses[30], rel=0.06)
        arrived = trail.steps_to_target
        assert text(lesson, row, 2) == (str(arrived) if arrived is not None and arrived <= 30 else "")
    assert lesson.curves._lines[0].value() == 30


def test_a_setting_of_one_changes_it_alone_and_can_be_put_back(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    before = raced(qtbot, lesson)
    searched = before.trails[0].entrant.hyper["lr"]
    field = lesson.panel.settings.fields["lr"]
    field.editor.line.setFocus()
    field.editor.line.clear()
    qtbot.keyClicks(field.editor.line, "0.02")
    qtbot.keyClick(field.editor.line, Qt.Key.Key_Return)
    after = raced(qtbot, lesson)
    assert after.trails[0].entrant.hyper["lr"] == 0.02
    assert lesson.panel.settings._rate_note.isHidden()
    np.testing.assert_array_equal(after.trails[1].positions, before.trails[1].positions)
    qtbot.mouseClick(field.reset_button, Qt.MouseButton.LeftButton)
    again = raced(qtbot, lesson)
    assert again.trails[0].entrant.hyper["lr"] == searched


def test_the_same_optimizer_twice_is_called_by_what_differs(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    raced(qtbot, lesson)
    lesson.director.pick(1)
    qtbot.mouseClick(lesson.panel.copy, Qt.MouseButton.LeftButton)
    raced(qtbot, lesson)
    assert [text(lesson, row, 0) for row in range(4)] == ["SGD", "Momentum", "Momentum (2)", "Adam"]
    lesson.director.edit("momentum", 0.5)
    race = raced(qtbot, lesson)
    assert [text(lesson, row, 0) for row in (1, 2)] == ["Momentum momentum 0.9", "Momentum momentum 0.5"]
    assert not np.allclose(race.trails[1].positions, race.trails[2].positions)


def test_ten_take_part_and_no_more_each_drawn_unlike_the_others(qtbot: QtBot, lesson: RaceLesson) -> None:
    for _ in range(MOST):
        lesson._add("fixed")
    assert len(lesson.director.lanes.all) == MOST
    assert not lesson.panel.add.isEnabled()
    assert "take one out first" in lesson.top.words.text()
    assert len({Look.at(lane.place) for lane in lesson.director.lanes.all}) == MOST
    lesson.director.remove()
    assert lesson.panel.add.isEnabled()


def test_all_may_be_taken_out_and_others_put_in(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    raced(qtbot, lesson)
    for _ in range(3):
        qtbot.mouseClick(lesson.panel.remove, Qt.MouseButton.LeftButton)
    race = raced(qtbot, lesson)
    assert race.trails == ()
    assert not lesson.panel.remove.isVisible()
    lesson.ask_for_optimizer()
    [palette] = lesson.findChildren(CommandPalette)
    qtbot.keyClicks(palette.search, "fix")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert [trail.entrant.label for trail in raced(qtbot, lesson).trails] == ["Fixed"]


def test_a_plugin_that_raises_says_so_where_it_is_picked(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    lesson.director.add("raising")
    raced(qtbot, lesson)
    assert text(lesson, 3, 1) == "failed"
    assert lesson.panel.settings.problem == 'optimizer "raising" failed in step 1: ValueError: out of order'
    lesson.director.pick(0)
    assert lesson.panel.settings.problem == ""


def test_a_plugin_whose_step_never_ends_is_broken_off_while_the_window_goes_on(
    qtbot: QtBot, lesson: RaceLesson
) -> None:
    lesson.shown()
    raced(qtbot, lesson)
    lesson.director.work.patience_ms = 300
    lesson.director.add("endless")
    lesson.transport.slider.setValue(5)
    assert lesson.clock.step == 5
    race = raced(qtbot, lesson)
    assert "did not end" in race.trails[3].error
    assert "did not end" in lesson.panel.settings.problem
    assert race.trails[0].error == ""


def test_a_window_that_closes_does_not_wait_for_a_step_that_never_ends(qtbot: QtBot, lesson: RaceLesson) -> None:
    lesson.shown()
    lesson.director.add("endless")
    qtbot.waitUntil(
        lambda: any(run.watch.entrant == "Endless" for run in lesson.director.work._running), timeout=LONG_MS
    )


def test_saving_an_optimizers_file_replays_the_race_with_the_new_rule(
    qtbot: QtBot, lesson: RaceLesson, registry: Registry
) -> None:
    lesson.shown()
    lesson.director.add("fixed")
    old = raced(qtbot, lesson)
    lesson.clock.pause()
    shelf = lesson.workspace.shelf
    shelf.registry = registry_with(registry, fixed=Quicker)
    shelf.changed.emit()
    assert "fixed was brought up to date" in lesson.top.words.text()
    new = raced(qtbot, lesson)
    assert new is not old
    assert lesson.clock.playing
    # y <- (1 - 16 lr) y from 1.5
    assert old.trails[3].positions[1][1] == pytest.approx(0.3)
    assert new.trails[3].positions[1][1] == pytest.approx(-0.9)
    shelf.registry = registry_with(registry)
    shelf.changed.emit()
    gone = raced(qtbot, lesson)
    assert gone.trails[3].error.startswith('there is no optimizer "fixed".')
    assert gone.trails[0].error == ""
    shelf.changed.emit()
    assert not lesson.director.work.busy


@pytest.mark.parametrize("place", range(1, len(SURFACES)))
def test_every_surface_is_raced_from_its_own_start(qtbot: QtBot, lesson: RaceLesson, place: int) -> None:
    for lane in lesson.director.lanes.all[1:]:
        lesson.director.picked = lane.key
        lesson.director.remove()
    lesson.shown()
    raced(qtbot, lesson)
    lesson.top.choice.setFocus()
    for _ in range(place):
        qtbot.keyClick(lesson.top.choice, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: lesson.director.surface is SURFACES[place], timeout=LONG_MS)
    race = raced(qtbot, lesson)
    assert race.surface is SURFACES[place]
    assert race.start == SURFACES[place].start
    assert race.steps == SURFACES[place].steps
    assert lesson.panel.seed.isVisibleTo(lesson) == (SURFACES[place].draw is not None)
    assert race.trails[0].losses[-1] < race.trails[0].losses[0]


def test_the_picture_the_drawing_and_the_numbers_are_saved(qtbot: QtBot, lesson: RaceLesson, tmp_path: Path) -> None:
    lesson.shown()
    race = raced(qtbot, lesson)
    lesson.clock.show_step(50)
    lesson.saver.save_png(tmp_path / "race.png")
    lesson.saver.save_svg(tmp_path / "race.svg")
    lesson.saver.save_csv(tmp_path / "race.csv")
    assert QImage(str(tmp_path / "race.png")).size().width() >= 1000
    assert len(list(ET.parse(tmp_path / "race.svg").iter("{http://www.w3.org/2000/svg}path"))) >= 3
    rows = list(csv.DictReader((tmp_path / "race.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 3 * (race.steps + 1)
    assert float(rows[50]["loss"]) == race.trails[0].losses[50]


def test_the_own_loss_needs_data_and_says_so(lesson: RaceLesson) -> None:
    said: list[Any] = []
    lesson.workspace.said.connect(said.append)
    lesson._choose(len(SURFACES))
    assert said[0].text.startswith("Choose data first")
    assert lesson.top.choice.currentIndex() == 0


def test_the_own_loss_of_an_open_experiment_is_raced_on(
    qtbot: QtBot, lesson: RaceLesson, registry: Registry, tmp_path: Path
) -> None:
    workspace = lesson.workspace
    workspace.shelf.registry = registry
    values = {"data": {"source": "digits"}, "model": {"kind": "mlp", "layers": [8]}, "training": {"device": "cpu"}}
    workspace.open_values(values, tmp_path)
    qtbot.waitUntil(lambda: workspace.ready_to_train, timeout=LONG_MS)
    lesson.shown()
    lesson._choose(len(SURFACES))
    qtbot.waitUntil(lambda: lesson.director.surface.name == "own_loss", timeout=LONG_MS)
    race = raced(qtbot, lesson)
    assert race.surface.name == "own_loss"
    assert lesson.top.choice.currentText() == "Your own loss…"
    # Until the rates are found, the line says that they are searched for.
    qtbot.waitUntil(lambda: "256 of its training samples" in lesson.top.words.text(), timeout=LONG_MS)
    workspace.network.clear()


def test_beside_a_training_the_clock_moves_ten_times_a_second(qtbot: QtBot) -> None:
    clock = RaceClock()
    clock.set_steps(100)
    clock.beside_training(True)
    assert clock._timer.interval() == FRAME_BESIDE_TRAINING_MS == 100
    clock.beside_training(False)
    assert clock._timer.interval() == 40


def test_the_clock_stops_at_the_end_or_begins_again(qtbot: QtBot) -> None:
    clock = RaceClock()
    clock.set_steps(3)
    clock.steps_a_second = 300
    clock.play()
    qtbot.waitUntil(lambda: clock.step == 3 and not clock.playing)
    clock.loops = True
    shown: list[int] = []
    clock.moved.connect(shown.append)
    clock.play()
    qtbot.waitUntil(lambda: shown.count(0) >= 2 and 3 in shown)
    clock.pause()


def test_settings_that_a_newer_file_no_longer_has_are_left_out(registry: Registry) -> None:
    lanes = Lanes()
    lane = lanes.add("sgd")
    assert lane is not None
    lanes.change(lane.key, hyper={"weight_decay": 0.1, "vanished": 3})
    [entrant] = entrants(lanes.all, {lane.key: 0.5}, registry)
    assert entrant.hyper == {"weight_decay": 0.1, "lr": 0.5}


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_the_map_is_darkest_in_the_valley_and_shows_where_the_target_lies(surface: Any) -> None:
    relief = Relief.of(surface)
    minimum = surface.loss(torch.tensor(surface.minima[0], dtype=torch.float64)).numpy()
    assert relief.heights(minimum) == 0.0
    assert relief.heights(np.array(surface.target)) == pytest.approx(relief.target)
    picture = relief.picture(surface.low, surface.high, (90, 60), ((255, 255, 255), (0, 0, 0), (200, 200, 200)))
    assert picture.shape == (60, 90, 3)
    span = np.array(surface.high) - np.array(surface.low)
    column, row = ((np.array(surface.minima[0]) - np.array(surface.low)) / span * (90, 60)).astype(int)
    assert picture[row, column].mean() < np.percentile(picture.mean(-1), 10)
