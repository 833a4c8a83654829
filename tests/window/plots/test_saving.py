"""A plot that cannot be saved says so under the header, wherever in the window it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.evaluate import EvaluatePage
from desktop_app.window.pages.train import TrainPage
from desktop_app.window.plots.saving import Saver


def train_page(frame: Frame) -> TrainPage:
    page = frame.pages["train"]
    assert isinstance(page, TrainPage)
    return page


def evaluate_page(frame: Frame) -> EvaluatePage:
    page = frame.pages["evaluate"]
    assert isinstance(page, EvaluatePage)
    return page


SAVERS: dict[str, Callable[[Frame], Saver]] = {
    "a plot of curves": lambda frame: train_page(frame).curves.loss.saver,
    "the layers": lambda frame: train_page(frame).layers.saver,
    "a spread of values": lambda frame: train_page(frame).layers.spread.saver,
    "the boundary": lambda frame: train_page(frame).boundary.saver,
    "a graph": lambda frame: evaluate_page(frame).curves.precision.saver,
}


@pytest.mark.parametrize("place", SAVERS)
def test_numbers_that_cannot_be_written_are_told_under_the_header(
    qtbot: QtBot, frame: Frame, tmp_path: Path, place: str
) -> None:
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    file = tmp_path / "gone" / "numbers.csv"
    save_into(qtbot, frame, SAVERS[place](frame), file)
    assert frame.notices.text == f"{file} cannot be written: No such file or directory. Save it in another place."


def test_a_picture_that_cannot_be_written_is_told_under_the_header(qtbot: QtBot, frame: Frame, tmp_path: Path) -> None:
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    file = tmp_path / "gone" / "loss.png"
    save_into(qtbot, frame, train_page(frame).curves.loss.saver, file)
    told = f"{file} cannot be written: the folder or the disk refuses it. Save it in another place."
    assert frame.notices.text == told


def save_into(qtbot: QtBot, frame: Frame, saver: Saver, file: Path) -> None:
    """Ask for a file, type this one and press Save."""
    saver.ask("Files (*)", file.suffix, saver.save_csv if file.suffix == ".csv" else saver.save_png)
    dialog = frame.findChild(QFileDialog)
    assert dialog is not None
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(file))
    save = next(button for button in dialog.findChildren(QPushButton) if "Save" in button.text())
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(frame.notices.text))
