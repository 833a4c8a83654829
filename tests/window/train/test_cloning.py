"""A clone is a draft of its own: the run stays as it is, and one step of undo brings the old draft back."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.run import Run
from desktop_app.engine.train import train
from desktop_app.registry import Registry
from desktop_app.window.cloning import clone_run
from desktop_app.window.frame import Frame


@pytest.fixture
def run(registry: Registry, tmp_path: Path) -> Run:
    """Return a short run on the digits, with a learning rate that nobody would take."""
    content = {
        "name": "figures",
        "data": {"source": "digits", "test": 0.7},
        "training": {"epochs": 1, "threads": 1, "optimizer": {"name": "sgd", "lr": 0.9}},
    }
    return train(Experiment.from_dict(content), tmp_path / "runs", registry)


def test_a_clone_is_changed_told_and_taken_back_in_one_step(qtbot: QtBot, frame: Frame, run: Run) -> None:
    workspace = frame.workspace
    workspace.open_run(run.folder)
    before, experiment = workspace.draft.values, run.experiment

    clone_run(workspace, run, {"training.optimizer.lr": 0.01, "training.epochs": None}, "the loss grew")

    assert frame.notices.text == "Cloned from figures-1: learning rate 0.9 to 0.01, epochs 1 to 10. The loss grew."
    assert workspace.experiment is not None
    assert workspace.experiment.training.optimizer.hyper == {"lr": 0.01}
    assert workspace.experiment.training.epochs == 10
    assert workspace.run is not None
    assert not workspace.run_is_current
    assert run.experiment == experiment
    qtbot.keyClick(frame, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert workspace.draft.values == before
    assert workspace.run_is_current


def test_the_notice_takes_back_the_clone_and_nothing_that_came_after_it(qtbot: QtBot, frame: Frame, run: Run) -> None:
    workspace = frame.workspace
    workspace.open_run(run.folder)
    before = workspace.draft.values
    clone_run(workspace, run, {"training.batch_size": 8})
    qtbot.mouseClick(frame.notices.button, Qt.MouseButton.LeftButton)
    assert workspace.draft.values == before
    clone_run(workspace, run, {"training.batch_size": 8})
    workspace.draft.set("training.seed", 5)
    changed = workspace.draft.values
    qtbot.mouseClick(frame.notices.button, Qt.MouseButton.LeftButton)
    assert workspace.draft.values == changed


def test_a_clone_with_nothing_changed_says_so_and_takes_no_step_of_undo(qtbot: QtBot, frame: Frame, run: Run) -> None:
    workspace = frame.workspace
    workspace.open_run(run.folder)
    could_undo = workspace.draft.can_undo
    clone_run(workspace, run, {})
    assert "nothing is changed yet" in frame.notices.text
    assert not frame.notices.button.isVisible()
    assert workspace.draft.can_undo == could_undo


def test_a_change_that_cannot_be_is_said_and_the_draft_stays(qtbot: QtBot, frame: Frame, run: Run) -> None:
    workspace = frame.workspace
    workspace.open_run(run.folder)
    before = workspace.draft.values
    clone_run(workspace, run, {"training.epochz": 3})
    assert "training.epochz" in frame.notices.text
    assert workspace.draft.values == before
