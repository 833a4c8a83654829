"""A training is steered with the mouse and the keyboard: rate, longer, pause, a snapshot tried out, a clone."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.predict import PredictPage
from desktop_app.window.pages.train import TrainPage
from desktop_app.window.train.run_controls import RunControls

LONG_MS = 120_000


def click(qtbot: QtBot, widget: QWidget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def begin(qtbot: QtBot, frame: Frame, **training: Any) -> RunControls:
    """Begin a training that runs until it is stopped, on the page in front, and wait for its first rate."""
    values = {
        "name": "figures",
        "data": {"source": "digits", "test": 0.7},
        "training": {"epochs": 100_000, "threads": 1, "instruments": False, **training},
    }
    frame.workspace.open_values(values, Path.cwd())
    qtbot.waitUntil(lambda: frame.workspace.ready_to_train, timeout=LONG_MS)
    click(qtbot, frame.rail.button("train"))
    click(qtbot, frame.header.main)
    page = frame.pages["train"]
    assert isinstance(page, TrainPage)
    controls = page.run_panel.controls
    qtbot.waitUntil(lambda: controls.pause.isEnabled() and controls._shown_rate is not None, timeout=LONG_MS)
    return controls


def rate_in_words(controls: RunControls) -> str:
    line = controls.rate.findChild(QLineEdit)
    assert line is not None
    return line.text()


@pytest.fixture
def controls(qtbot: QtBot, frame: Frame) -> RunControls:
    """Return the controls of a training that runs until it is stopped, on the page in front."""
    return begin(qtbot, frame)


def test_the_rate_is_halved_the_training_extended_and_paused_with_the_space_bar(
    qtbot: QtBot, frame: Frame, controls: RunControls
) -> None:
    session = frame.workspace.training.session
    assert session is not None
    places = {
        made: made.mapTo(frame, made.rect().topLeft()) for made in (controls.stop, controls.extend, controls.clone)
    }
    click(qtbot, controls.factors["÷ 2"])
    qtbot.waitUntil(lambda: session.recorder.read("lr")[1][-1:].tolist() == [0.0005], timeout=LONG_MS)
    click(qtbot, controls.factors["÷ 10"])
    qtbot.waitUntil(lambda: session.recorder.read("lr")[1][-1:].tolist() == [pytest.approx(0.00005)], timeout=LONG_MS)
    controls.more_epochs.setFocus()
    controls.more_epochs.selectAll()
    qtbot.keyClicks(controls.more_epochs, "7")
    click(qtbot, controls.extend)
    qtbot.waitUntil(lambda: session.progress().epochs == 100_007, timeout=LONG_MS)
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    frame.pages["train"].setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: controls.pause.text() == "Continue", timeout=LONG_MS)
    assert {made: made.mapTo(frame, made.rect().topLeft()) for made in places} == places
    assert not controls.skip.isVisible()
    kinds = [event.kind for event in session.recorder.events()]
    assert kinds == ["stage", "checkpoint", "learning_rate", "checkpoint", "learning_rate", "extended"]


def test_a_rate_that_is_halved_twice_while_it_waits_is_a_quarter(
    qtbot: QtBot, frame: Frame, controls: RunControls
) -> None:
    training = frame.workspace.training
    session = training.session
    assert session is not None
    click(qtbot, controls.pause)
    qtbot.waitUntil(lambda: controls.pause.text() == "Continue", timeout=LONG_MS)
    for shown in ("5e-4", "2.5e-4"):
        with qtbot.waitSignal(training.happened, timeout=LONG_MS):
            click(qtbot, controls.factors["÷ 2"])
        # The panel looks at what is recorded: no step is, at the new rate.
        with qtbot.waitSignal(training.ticked, timeout=LONG_MS):
            pass
        assert rate_in_words(controls) == shown
    rates = [event.text for event in session.recorder.events() if event.kind == "learning_rate"]
    assert rates == ["0.0005", "0.00025"]
    click(qtbot, controls.pause)
    qtbot.waitUntil(lambda: session.recorder.read("lr")[1][-1] == pytest.approx(0.00025), timeout=LONG_MS)


def test_quick_clicks_each_halve_the_rate(qtbot: QtBot, frame: Frame, controls: RunControls) -> None:
    session = frame.workspace.training.session
    assert session is not None

    def taken() -> list[str]:
        return [event.text for event in session.recorder.events() if event.kind == "learning_rate"]

    for clicks in range(1, 5):
        click(qtbot, controls.factors["÷ 2"])
        # The first takes effect while the others are clicked: what it says of itself is older than they are.
        qtbot.waitUntil(lambda: bool(taken()), timeout=LONG_MS)
        assert float(rate_in_words(controls)) == 0.001 / 2**clicks
    qtbot.waitUntil(lambda: len(taken()) == 4, timeout=LONG_MS)
    assert taken() == ["0.0005", "0.00025", "0.000125", "6.25e-05"]


def test_a_rate_that_a_schedule_moves_is_followed(qtbot: QtBot, frame: Frame) -> None:
    controls = begin(qtbot, frame, epochs=500, schedule="exponential")
    qtbot.waitUntil(lambda: float(rate_in_words(controls)) < 0.0009, timeout=LONG_MS)


def test_space_pauses_after_a_button_was_clicked(qtbot: QtBot, frame: Frame, controls: RunControls) -> None:
    session = frame.workspace.training.session
    assert session is not None
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    frame.pages["train"].setFocus()
    click(qtbot, controls.factors["÷ 2"])
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: controls.pause.text() == "Continue", timeout=LONG_MS)
    rates = [event.text for event in session.recorder.events() if event.kind == "learning_rate"]
    assert rates == ["0.0005"]
    # Who goes there with Tab still presses the button itself.
    controls.factors["÷ 2"].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(controls.factors["÷ 2"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.recorder.events()[-1].text == "0.00025", timeout=LONG_MS)


def test_a_snapshot_is_tried_on_the_predict_page_while_the_training_goes_on(
    qtbot: QtBot, frame: Frame, controls: RunControls
) -> None:
    session, predict = frame.workspace.training.session, frame.pages["predict"]
    assert session is not None
    assert isinstance(predict, PredictPage)
    assert controls.try_out.text() == "Try it on a table"
    click(qtbot, controls.try_out)
    assert controls.try_out.text() == "Cancel"
    qtbot.waitUntil(lambda: frame.page is predict, timeout=LONG_MS)
    run = session.run
    assert run is not None
    assert predict.model == (run.folder / run.snapshots[0]).with_suffix(".onnx")
    assert "The model as it was after step" in frame.notices.text
    assert frame.workspace.training.state == "running"


def test_an_export_that_is_given_up_opens_nothing(qtbot: QtBot, frame: Frame, controls: RunControls) -> None:
    click(qtbot, controls.try_out)
    qtbot.waitUntil(lambda: controls.trial._process.running, timeout=LONG_MS)
    click(qtbot, controls.try_out)
    assert not controls.trial.busy
    assert controls.try_out.text() == "Try it on a table"
    assert frame.page is frame.pages["train"]


def test_the_run_is_cloned_while_it_is_trained_and_gone_on_with_afterwards(
    qtbot: QtBot, frame: Frame, controls: RunControls
) -> None:
    workspace = frame.workspace
    workspace.draft.set("training.batch_size", 8)
    click(qtbot, controls.clone)
    assert frame.notices.text == "Cloned from figures-1: nothing is changed yet."
    assert workspace.experiment is not None
    assert workspace.experiment.training.batch_size == 32
    assert workspace.training.active
    click(qtbot, controls.stop)
    qtbot.waitUntil(controls.resume.isVisible, timeout=LONG_MS)
    steps = workspace.run_result["steps"]
    click(qtbot, controls.resume)
    qtbot.waitUntil(
        lambda: workspace.training.state == "running" and workspace.training.session.progress().step > steps,
        timeout=LONG_MS,
    )


def test_stop_says_that_the_next_in_the_queue_begins(qtbot: QtBot, frame: Frame, controls: RunControls) -> None:
    page, then_begins = frame.pages["train"], "The next experiment in the queue then begins"
    assert isinstance(page, TrainPage)
    assert then_begins not in controls.stop.toolTip()
    qtbot.waitUntil(frame.header.queue.isEnabled, timeout=LONG_MS)
    click(qtbot, frame.header.queue)
    assert page.queue.run.text() == "Pause"
    assert then_begins in controls.stop.toolTip()
    click(qtbot, page.queue.run)
    assert then_begins not in controls.stop.toolTip()


def test_the_palette_offers_what_can_be_done_now(qtbot: QtBot, frame: Frame, controls: RunControls) -> None:
    offered = {command.text: command for command in frame.commands()}
    assert {"Pause the training", "Stop the training", "Halve the learning rate", "Clone this run"} <= offered.keys()
    assert "Skip this stage" not in offered
    offered["Pause the training"].do()
    qtbot.waitUntil(lambda: controls.pause.text() == "Continue", timeout=LONG_MS)
    assert "Continue the training" in {command.text for command in frame.commands()}
