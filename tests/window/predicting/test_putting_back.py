"""One key puts a picture of the gallery into the training data; the Data page follows, and Ctrl+Z takes it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.data import DataPage
from desktop_app.window.pages.predict import PredictPage
from desktop_app.window.picture_chips import MARK_ROLE
from desktop_app.window.workspace import Notice

LONG_MS = 60_000
Paint = Callable[[str, tuple[int, int, int]], Path]
Wait = Callable[[PredictPage, int], None]


@pytest.fixture
def data(qtbot: QtBot, frame: Frame, paint: Paint, tmp_path: Path) -> Path:
    """Return the open data: a folder with two pictures of each of the classes blue, green and red."""
    for name, colour in (("blue", (0, 0, 90)), ("green", (0, 90, 0)), ("red", (90, 0, 0))):
        for place in range(2):
            paint(f"data/{name}/{place}.png", (colour[0] + place, *colour[1:]))
    frame.workspace.open_path(tmp_path / "data")
    qtbot.waitUntil(lambda: frame.workspace.data.state == "ready", timeout=LONG_MS)
    return tmp_path / "data"


@pytest.fixture
def ready(frame: Frame, data: Path, colour_model: Path, mixed: Path, wait_for_predictions: Wait) -> PredictPage:
    """Return the page with predictions, over open data, the keyboard at the first picture."""
    page = frame.pages["predict"]
    assert isinstance(page, PredictPage)
    frame.show_page("predict")
    page.use_model(colour_model)
    page.predict([mixed])
    wait_for_predictions(page, 5)
    page.view.gallery.setFocus()
    assert page.inspector.name.text() == "d between.png"
    return page


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def press(qtbot: QtBot, page: PredictPage, key: Qt.Key) -> None:
    qtbot.keyClick(page.view.gallery, key)
    qtbot.waitUntil(lambda: not page.workspace.background.busy("predict-adding"), timeout=LONG_MS)


def test_enter_confirms_the_label_and_goes_on_to_the_next(
    qtbot: QtBot, frame: Frame, ready: PredictPage, data: Path
) -> None:
    press(qtbot, ready, Qt.Key.Key_Return)
    assert names(data / "blue") == ["0.png", "1.png", "d between.png"]
    assert ready.inspector.name.text() == "b rather red.png"
    mark = ready.view.gallery.pictures.index(0).data(MARK_ROLE)
    assert (mark.name, mark.confidence) == ("blue", None)
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    qtbot.waitUntil(lambda: page.figures["samples"].value == "7", timeout=LONG_MS)


def test_a_key_chooses_another_class_and_ctrl_z_takes_it_out(
    qtbot: QtBot, frame: Frame, ready: PredictPage, data: Path
) -> None:
    assert "1" in ready.inspector.other.menu().actions()[0].text()
    press(qtbot, ready, Qt.Key.Key_3)
    assert names(data / "red") == ["0.png", "1.png", "d between.png"]
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    qtbot.keyClick(frame, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: names(data / "red") == ["0.png", "1.png"], timeout=LONG_MS)
    first = ready.view.gallery.pictures.index(0)
    qtbot.waitUntil(lambda: first.data(MARK_ROLE).confidence is not None, timeout=LONG_MS)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(frame, Qt.Key.Key_Z, modifiers)
    qtbot.waitUntil(lambda: "d between.png" in names(data / "red"), timeout=LONG_MS)


def test_clicks_and_whole_selections_add_too_and_copies_are_refused(
    qtbot: QtBot, frame: Frame, ready: PredictPage, data: Path, wait_for_predictions: Wait
) -> None:
    bars = ready.inspector.bars
    assert [name for name, _ in bars.pairs] == ["blue", "green", "red"]
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(40, bars.height() // 2))
    qtbot.waitUntil(lambda: "d between.png" in names(data / "green"), timeout=LONG_MS)
    ready.view.gallery.selectAll()
    press(qtbot, ready, Qt.Key.Key_Return)
    assert [len(names(data / name)) for name in ("blue", "green", "red")] == [2, 4, 4]
    assert ready.additions.undo()
    qtbot.waitUntil(lambda: len(names(data / "red")) == 2, timeout=LONG_MS)
    ready.predict([data / "red" / "0.png"])
    wait_for_predictions(ready, 6)
    ready.view.gallery.select([5])
    press(qtbot, ready, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "in the training data already, as red/0.png" in frame.notices.text, timeout=LONG_MS)
    assert len(names(data / "red")) == 2


def test_without_data_it_is_refused_with_a_sentence(qtbot: QtBot, predicted: PredictPage, said: list[Notice]) -> None:
    assert "Open the folder of pictures" in predicted.inspector.words.text()
    assert not predicted.inspector.confirm.isVisible()
    predicted.view.gallery.setFocus()
    press(qtbot, predicted, Qt.Key.Key_Return)
    assert [notice.text for notice in said] == [predicted.inspector.words.text()]
    press(qtbot, predicted, Qt.Key.Key_2)
    assert len(said) == 2


def test_data_that_is_no_folder_of_pictures_is_refused_with_a_sentence(
    qtbot: QtBot, frame: Frame, ready: PredictPage, table: Path
) -> None:
    frame.workspace.open_path(table)
    qtbot.waitUntil(lambda: frame.workspace.data.state == "ready", timeout=LONG_MS)
    frame.show_page("predict")
    assert "other data is open" in ready.inspector.words.text()
    ready.view.gallery.setFocus()
    press(qtbot, ready, Qt.Key.Key_Return)
    assert "other data is open" in frame.notices.text
