"""The explorers of the Learn page in the real window: what is changed is drawn, and nothing runs unseen."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop_app.window import theme
from desktop_app.window.frame import Frame
from desktop_app.window.garbage import GarbageOnThisThread
from desktop_app.window.learn.activation_explorer import ActivationExplorer
from desktop_app.window.learn.batch_norm_explorer import BatchNormExplorer
from desktop_app.window.learn.choice_stack import MOST
from desktop_app.window.learn.explorer import Explorer
from desktop_app.window.learn.initialization_explorer import InitializationExplorer
from desktop_app.window.learn.output_units import OutputUnits
from desktop_app.window.workspace import Workspace

LONG_MS = 60_000
L = TypeVar("L", bound=Explorer)
# Rates far outside of what is usual are the point of the batch norm explorer.
pytestmark = pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")


@pytest.fixture
def workspace(qtbot: QtBot):
    """Return a workspace with its plugins loaded."""
    made = Workspace()
    garbage = GarbageOnThisThread(made)
    made.shelf.load()
    qtbot.waitUntil(lambda: made.shelf.registry is not None, timeout=LONG_MS)
    yield made
    made.shut_down()
    garbage.end()
    made.deleteLater()


def open_lesson(qtbot: QtBot, workspace: Workspace, kind: type[L], size: tuple[int, int] = (1100, 760)) -> L:
    made = kind(workspace)
    qtbot.addWidget(made, before_close_func=lambda lesson: lesson.hidden())
    made.resize(*size)
    made.show()
    return made


def wait(qtbot: QtBot, lesson: Explorer) -> None:
    qtbot.waitUntil(lambda: not lesson.computing and not lesson.stale, timeout=LONG_MS)


def test_activations_are_drawn_and_a_changed_one_is_drawn_anew(qtbot: QtBot, workspace: Workspace) -> None:
    lesson = open_lesson(qtbot, workspace, ActivationExplorer)
    lesson.shown()
    wait(qtbot, lesson)
    assert [curve.title for curve in lesson.curves] == ["ReLU", "Tanh", "Sigmoid"]
    assert "half of a unit Gaussian" in lesson.words.text()
    assert lesson.table.item(0, 3).text() == "0.5"
    lesson.stack.entries[0].draft.set("activation", {"name": "leaky_relu", "negative_slope": 0.5})
    wait(qtbot, lesson)
    assert lesson.curves[0].title == "Leaky ReLU, negative slope 0.5"
    assert lesson.table.item(0, 3).text() == "0.625"


def test_entries_are_added_and_removed_as_long_as_there_are_colours(qtbot: QtBot, workspace: Workspace) -> None:
    lesson = open_lesson(qtbot, workspace, ActivationExplorer)
    lesson.shown()
    stack = lesson.stack
    while stack.add_button.isEnabled():
        qtbot.mouseClick(stack.add_button, Qt.MouseButton.LeftButton)
    assert len(stack.entries) == MOST
    assert len({entry.dot.place for entry in stack.entries}) == MOST
    qtbot.waitUntil(lambda: stack.entries[-1].body.isVisible())
    assert not any(entry.body.isVisible() for entry in stack.entries[:-1])
    for entry in list(stack.entries[1:]):
        qtbot.mouseClick(entry.remove, Qt.MouseButton.LeftButton)
    assert len(stack.entries) == 1
    assert not stack.entries[0].remove.isEnabled()
    wait(qtbot, lesson)
    assert lesson.table.rowCount() == 1


def test_nothing_is_computed_before_a_lesson_is_shown_nor_after_it_is_hidden(
    qtbot: QtBot, workspace: Workspace
) -> None:
    lesson = open_lesson(qtbot, workspace, InitializationExplorer)
    assert not lesson.computing
    lesson.shown()
    assert lesson.computing
    lesson.hidden()
    assert not lesson.computing
    lesson.settings.set("depth", 5)
    qtbot.wait(300)
    assert not lesson.computing
    lesson.settings.update({"width": 16, "batch": 8, "seeds": 2})
    lesson.shown()
    wait(qtbot, lesson)
    assert len(lesson.found) == 5


def test_networks_appear_with_bands_verdicts_and_numbers(qtbot: QtBot, workspace: Workspace, tmp_path: Path) -> None:
    lesson = open_lesson(qtbot, workspace, InitializationExplorer)
    lesson.settings.update({"depth": 30, "width": 64, "batch": 32, "seeds": 3})
    lesson.shown()
    wait(qtbot, lesson)
    sentences = lesson.verdicts.sentences
    assert sentences[0].startswith("Sigmoid, He: Gradients shrink")
    assert "No initializer keeps Sigmoid that deep" in sentences[0]
    assert sentences[2].startswith("ReLU, Xavier: Gradients shrink by 0.7")
    assert sentences[2].endswith("For ReLU, He fits.")
    for name, save in (("n.csv", "save_csv"), ("n.png", "save_png"), ("n.svg", "save_svg")):
        getattr(lesson.gradient.saver, save)(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 500
    lines = (tmp_path / "n.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 5 * 31
    theme.ask_for("dark")
    theme.ask_for(None)


def test_a_plugin_that_fails_is_said_in_a_sentence_and_the_pictures_stay(qtbot: QtBot, workspace: Workspace) -> None:
    lesson = open_lesson(qtbot, workspace, ActivationExplorer)
    lesson.shown()
    wait(qtbot, lesson)
    lesson.stack.entries[1].draft.set("activation", {"name": "elu", "alpha": -1.0})
    qtbot.waitUntil(lambda: bool(lesson.problem.text()) and not lesson.computing, timeout=LONG_MS)
    assert "alpha must be above 0" in lesson.problem.text()
    assert len(lesson.curves) == 3
    lesson.stack.entries[1].draft.set("activation", "elu")
    wait(qtbot, lesson)
    assert not lesson.problem.text()


def test_both_outputs_are_shown_and_the_line_cuts_both(qtbot: QtBot, workspace: Workspace) -> None:
    lesson = open_lesson(qtbot, workspace, OutputUnits)
    lesson.settings.set("steps", 60)
    lesson.shown()
    wait(qtbot, lesson)
    result = lesson.result
    assert result is not None
    assert result.plane is not None
    assert lesson.figures["saved"].value == "17"
    assert float(lesson.figures["samples"].value.rstrip(" %")) > 90
    top = float(result.plane.y[-5])
    lesson.softmax.line.setValue(top)
    assert lesson.sigmoid.line.value() == pytest.approx(top)
    place = int(np.abs(result.plane.y - top).argmin())
    np.testing.assert_array_equal(lesson.along.curves[0].y, result.plane.softmax[place])


def test_own_data_is_offered_once_it_has_two_classes(qtbot: QtBot, workspace: Workspace, table: Path) -> None:
    lesson = open_lesson(qtbot, workspace, OutputUnits)
    assert "once it is chosen" in lesson.note.text()
    workspace.open_path(table)
    qtbot.waitUntil(lambda: not lesson.note.text(), timeout=LONG_MS)
    lesson.settings.update({"points": "own", "steps": 20})
    lesson.shown()
    wait(qtbot, lesson)
    assert lesson.result is not None
    assert set(lesson.result.classes) == {"up", "down"}
    workspace.open_values({"data": {"source": "digits"}}, table.parent)
    qtbot.waitUntil(lambda: "10 classes" in lesson.note.text(), timeout=LONG_MS)
    assert lesson.settings.get("points") is None


def small_sweep(lesson: BatchNormExplorer) -> None:
    lesson.settings.update({"low": 0.1, "high": 1.0, "layers": 1, "width": 8, "steps": 20, "seeds": 1})


def test_points_appear_and_what_was_computed_is_kept(qtbot: QtBot, workspace: Workspace) -> None:
    lesson = open_lesson(qtbot, workspace, BatchNormExplorer)
    small_sweep(lesson)
    lesson.shown()
    wait(qtbot, lesson)
    assert lesson.result is not None
    assert lesson.result.finished
    assert lesson.table.rowCount() == 3
    first = lesson.result.trials
    lesson.settings.set("seeds", 2)
    wait(qtbot, lesson)
    assert lesson.result.trials[: len(first)] == first
    assert len(lesson.result.trials) == 2 * len(first)
    qtbot.mouseClick(lesson.stack.entries[0].remove, Qt.MouseButton.LeftButton)
    wait(qtbot, lesson)
    assert lesson.result.finished
    assert lesson.table.item(0, 0).text() == "Batch norm before"


def test_a_paused_sweep_waits_for_a_person(qtbot: QtBot, workspace: Workspace) -> None:
    lesson = open_lesson(qtbot, workspace, BatchNormExplorer)
    lesson.shown()
    qtbot.waitUntil(lambda: lesson.result is not None, timeout=LONG_MS)
    qtbot.mouseClick(lesson.pause, Qt.MouseButton.LeftButton)
    assert not lesson.computing
    assert lesson.state.text() == "Paused."
    lesson.hidden()
    lesson.shown()
    assert not lesson.computing
    qtbot.mouseClick(lesson.pause, Qt.MouseButton.LeftButton)
    assert lesson.computing


@pytest.mark.parametrize("kind", [ActivationExplorer, InitializationExplorer, OutputUnits, BatchNormExplorer])
@pytest.mark.parametrize("size", [(690, 560), (2200, 1300)])
def test_nothing_is_wider_than_the_window(
    qtbot: QtBot, workspace: Workspace, kind: type[Explorer], size: tuple[int, int]
) -> None:
    lesson = open_lesson(qtbot, workspace, kind, size)
    assert lesson.width() == size[0]
    for picture in (lesson.pictures.itemAt(place).widget() for place in range(lesson.pictures.count())):
        right = picture.mapTo(lesson, QPoint(picture.width(), 0)).x()
        assert right <= lesson.panel.x()


def test_the_lessons_are_in_the_window(qtbot: QtBot, frame: Frame) -> None:
    learn = frame.pages["learn"]
    kinds = {
        "activations": ActivationExplorer,
        "initialization": InitializationExplorer,
        "output_units": OutputUnits,
        "batch_norm": BatchNormExplorer,
    }
    for name, kind in kinds.items():
        frame.workspace.learn_asked.emit(("lesson", name))
        lesson = learn.lessons[name]  # type: ignore[attr-defined]
        assert isinstance(lesson, kind)
        assert lesson.in_front
        assert lesson.computing
    frame.show_page("data")
    assert not any(lesson.computing for lesson in learn.lessons.values() if isinstance(lesson, Explorer))  # type: ignore[attr-defined]
