"""The figures of a training beside its plots."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.train import TrainPage
from desktop_app.window.wording import share

LONG_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


def test_the_best_of_a_resumed_run_may_be_from_before(qtbot: QtBot, frame: Frame) -> None:
    values = {
        "name": "figures",
        "data": {"source": "digits", "test": 0.7},
        "training": {"epochs": 100_000, "threads": 1, "instruments": False},
    }
    workspace, training, page = frame.workspace, frame.workspace.training, frame.pages["train"]
    assert isinstance(page, TrainPage)
    controls = page.run_panel.controls

    def accuracies() -> list[float]:
        assert training.session is not None
        known: list[float] = training.session.recorder.read("val_accuracy")[1].tolist()
        return known

    workspace.open_values(values, Path.cwd())
    qtbot.waitUntil(lambda: workspace.ready_to_train, timeout=LONG_MS)
    qtbot.mouseClick(frame.rail.button("train"), LEFT)
    qtbot.mouseClick(frame.header.main, LEFT)
    qtbot.waitUntil(lambda: training.active and max(accuracies(), default=0.0) > 0.8, timeout=LONG_MS)
    # A rate that no network of this kind learns with: what comes from here on is chance.
    line = controls.rate.findChild(QLineEdit)
    assert line is not None
    line.selectAll()
    qtbot.keyClicks(line, "1")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: accuracies()[-1] < 0.4, timeout=LONG_MS)
    qtbot.mouseClick(controls.stop, LEFT)
    qtbot.waitUntil(controls.resume.isVisible, timeout=LONG_MS)
    before = accuracies()

    qtbot.mouseClick(controls.resume, LEFT)
    shown = page.run_panel.figures["accuracy"]
    qtbot.waitUntil(lambda: training.state == "running" and shown.value != "–", timeout=LONG_MS)

    assert shown.value != share(max(before))
    assert f"accuracy, best {share(max(before))}" in [each.text() for each in shown.findChildren(QLabel)]
