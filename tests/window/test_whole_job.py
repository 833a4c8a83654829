"""The main job, driven with the mouse and the keyboard on the real window: data, training, export, prediction."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.reading.resources import resource_file
from desktop_app.window.frame import Frame
from desktop_app.window.pages.data import DataPage
from desktop_app.window.pages.export import ExportPage
from desktop_app.window.pages.model import ModelPage
from desktop_app.window.pages.predict import PredictPage
from desktop_app.window.pages.train import TrainPage

Drop = Callable[[QWidget, list[Path]], None]
LONG_MS = 120_000


def click(qtbot: QtBot, button: QWidget) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def go_to(qtbot: QtBot, frame: Frame, name: str) -> None:
    click(qtbot, frame.rail.button(name))


def open_data(qtbot: QtBot, frame: Frame, drop: Drop, path: Path) -> None:
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    drop(page.drop, [path])
    qtbot.waitUntil(lambda: frame.workspace.data.state == "ready", timeout=LONG_MS)
    qtbot.waitUntil(lambda: frame.workspace.network.state == "ready", timeout=LONG_MS)


def set_epochs(qtbot: QtBot, frame: Frame, epochs: int) -> None:
    """Type a number of epochs into the form of the Train page."""
    go_to(qtbot, frame, "train")
    page = frame.pages["train"]
    assert isinstance(page, TrainPage)
    box = next(box for box in page.form.findChildren(QSpinBox) if box.accessibleName() == "Epochs")
    line = box.findChild(QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, str(epochs))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: frame.workspace.ready_to_train and frame.workspace.experiment.training.epochs == epochs)


def test_pictures_are_dropped_trained_exported_and_predicted(
    qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path, tmp_path: Path
) -> None:
    assert frame.header.main.text() == "Choose data"
    open_data(qtbot, frame, drop, pictures)
    data, model, train = frame.pages["data"], frame.pages["model"], frame.pages["train"]
    assert isinstance(data, DataPage)
    assert isinstance(model, ModelPage)
    assert isinstance(train, TrainPage)
    assert data.figures["samples"].value == "20"
    assert data.figures["split"].value == "16 / 4"
    go_to(qtbot, frame, "model")
    assert model.layers.rows.rowCount() > 3
    set_epochs(qtbot, frame, 3)
    assert frame.header.main.text() == "Train"
    click(qtbot, frame.header.main)
    assert frame.header.main.text() == "Stop"
    qtbot.waitUntil(lambda: frame.workspace.run is not None, timeout=LONG_MS)
    assert frame.workspace.run_status == "finished"
    # Plots are drawn one after another, with the window answering in between.
    qtbot.waitUntil(lambda: len(train.curves.loss.buffers["val_loss"]) == 3, timeout=LONG_MS)
    assert any("Epoch 3 of 3" in line for line in train.events.lines)
    assert frame.header.main.text() == "Export"
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.export.state == "ready", timeout=LONG_MS)
    export, predict = frame.pages["export"], frame.pages["predict"]
    assert isinstance(export, ExportPage)
    assert isinstance(predict, PredictPage)
    assert "recommended" in export.results.why.text()
    assert frame.workspace.export.value.parity.passed
    assert frame.header.main.text() == "Predict"
    click(qtbot, frame.header.main)
    drop(predict.drop, [pictures / "dark"])
    qtbot.waitUntil(lambda: len(predict.predictions) == 10, timeout=LONG_MS)
    assert {found.label for found in predict.predictions} <= {"dark", "light"}
    _run_the_example_of_the_help(frame.workspace.export.value.onnx, pictures / "dark" / "0.png", tmp_path)


def _run_the_example_of_the_help(model: Path, picture: Path, folder: Path) -> None:
    """The Python lines of the export page's help work as they stand there."""
    example = resource_file("docs/export.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    (folder / "model.onnx").write_bytes(model.read_bytes())
    (folder / "picture.png").write_bytes(picture.read_bytes())
    done = subprocess.run([sys.executable, "-c", example], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("dark", "light")


def test_a_table_is_trained_and_its_run_can_be_made_longer(qtbot: QtBot, frame: Frame, drop: Drop, table: Path) -> None:
    open_data(qtbot, frame, drop, table)
    set_epochs(qtbot, frame, 2)
    qtbot.keyClick(frame, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: frame.workspace.run is not None, timeout=LONG_MS)
    assert frame.workspace.run_result["epochs"] == 2
    page = frame.pages["train"]
    assert isinstance(page, TrainPage)
    click(qtbot, page.run_panel.controls.extend)
    qtbot.waitUntil(lambda: frame.workspace.run_result.get("epochs") == 7, timeout=LONG_MS)
    assert frame.workspace.run_status == "finished"


def test_space_pauses_a_training_and_the_main_button_goes_on(
    qtbot: QtBot, frame: Frame, drop: Drop, table: Path
) -> None:
    open_data(qtbot, frame, drop, table)
    set_epochs(qtbot, frame, 100_000)
    click(qtbot, frame.header.main)
    training = frame.workspace.training
    qtbot.waitUntil(lambda: training.state == "running", timeout=LONG_MS)
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    assert QApplication.focusWidget() is frame.pages["train"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: training.state == "paused", timeout=LONG_MS)
    step = training.session.progress().step
    qtbot.wait(200)
    assert training.session.progress().step == step
    qtbot.waitUntil(lambda: frame.header.main.text() == "Continue")
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: training.session.progress().step > step, timeout=LONG_MS)
    qtbot.waitUntil(lambda: frame.header.main.text() == "Stop")
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.run_status == "stopped", timeout=LONG_MS)
    assert frame.header.main.text() == "Resume"


def test_the_learning_rate_can_be_changed_while_it_trains(qtbot: QtBot, frame: Frame, drop: Drop, table: Path) -> None:
    open_data(qtbot, frame, drop, table)
    set_epochs(qtbot, frame, 100_000)
    click(qtbot, frame.header.main)
    training, page = frame.workspace.training, frame.pages["train"]
    assert isinstance(page, TrainPage)
    qtbot.waitUntil(lambda: page.run_panel.controls.rate.isEnabled(), timeout=LONG_MS)
    line = page.run_panel.controls.rate.findChild(QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, "0.005")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: training.session.recorder.read("lr")[1][-1:].tolist() == [0.005], timeout=LONG_MS)
    qtbot.waitUntil(lambda: any("Learning rate set to 0.005" in line for line in page.events.lines))


def test_closing_during_a_training_asks_and_can_be_refused(qtbot: QtBot, frame: Frame, drop: Drop, table: Path) -> None:
    open_data(qtbot, frame, drop, table)
    set_epochs(qtbot, frame, 100_000)
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.training.state == "running", timeout=LONG_MS)
    _answer(qtbot, "Keep training")
    frame.close()
    assert frame.isVisible()
    assert frame.workspace.training.active


def test_closing_during_a_training_saves_what_was_learned(qtbot: QtBot, frame: Frame, drop: Drop, table: Path) -> None:
    open_data(qtbot, frame, drop, table)
    set_epochs(qtbot, frame, 100_000)
    click(qtbot, frame.header.main)
    training = frame.workspace.training
    qtbot.waitUntil(lambda: training.state == "running" and training.session.progress().step > 5, timeout=LONG_MS)
    _answer(qtbot, "Stop and close")
    frame.close()
    qtbot.waitUntil(lambda: not frame.isVisible(), timeout=LONG_MS)
    run = training.session.run
    assert run.status == "stopped"
    assert run.files.last.is_file()
    assert run.result["steps"] > 5


def _answer(qtbot: QtBot, text: str) -> None:
    """Press a button of the question that is about to be asked."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        qtbot.mouseClick(next(b for b in box.findChildren(QPushButton) if b.text() == text), Qt.MouseButton.LeftButton)

    QTimer.singleShot(200, press)


def test_a_run_that_was_exported_is_opened_with_its_model(qtbot: QtBot, frame: Frame, drop: Drop, table: Path) -> None:
    open_data(qtbot, frame, drop, table)
    set_epochs(qtbot, frame, 2)
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.run is not None, timeout=LONG_MS)
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.export.state == "ready", timeout=LONG_MS)
    run = frame.workspace.run.folder
    frame.workspace.open_values({}, table.parent)
    assert frame.header.main.text() == "Choose data"
    drop(frame, [run])
    assert frame.page is frame.pages["train"]
    assert frame.header.main.text() == "Predict"
    page = frame.pages["predict"]
    assert isinstance(page, PredictPage)
    assert page.model == frame.workspace.export.value.onnx
    assert page.model.parent == run
    drop(frame, [table])
    assert frame.workspace.run is None


def test_a_training_that_cannot_begin_says_why(qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path) -> None:
    open_data(qtbot, frame, drop, pictures)
    go_to(qtbot, frame, "train")
    for file in pictures.rglob("*.png"):
        file.write_bytes(b"no picture")
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.training.state == "failed", timeout=LONG_MS)
    page = frame.pages["train"]
    qtbot.waitUntil(lambda: page.panel.isVisible() and "could not begin" in page.panel.text)
    assert ".png" in page.panel.text
    assert page.state == "attention"
    assert frame.notices.isVisible()
