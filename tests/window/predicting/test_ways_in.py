"""A camera, a watched folder and a model that says nothing of itself, each used as a person would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.errors import DataError
from desktop_app.inference import camera
from desktop_app.inference.description import read_description
from desktop_app.window.pages.predict import PredictPage

LONG_MS = 60_000
Paint = Callable[[str, tuple[int, int, int]], Path]
Wait = Callable[[PredictPage, int], None]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return a green video of ten seconds."""
    file = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (64, 48))
    frame = np.zeros((48, 64, 3), dtype=np.uint8)
    frame[:, :, 1] = 230
    for _ in range(300):
        writer.write(frame)
    writer.release()
    return file


def test_the_camera_shows_answers_and_a_key_takes_a_picture(
    qtbot: QtBot, page: PredictPage, film: Path, wait_for_predictions: Wait
) -> None:
    assert page.ways.camera.isEnabled()
    page.open_camera(film)
    view = page.camera
    qtbot.waitUntil(lambda: view.picture.has_frame and view.answer.text() == "green", timeout=LONG_MS)
    assert [name for name, _ in view.bars.pairs] == ["red", "green", "blue"]
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    view.snapshot.setFocus()
    qtbot.keyClick(view.snapshot, Qt.Key.Key_S)
    assert view.said.text().startswith("1 picture taken")
    qtbot.mouseClick(view.close_button, Qt.MouseButton.LeftButton)
    wait_for_predictions(page, 1)
    assert page.view.isVisible()
    assert page.predictions[0].label == "green"
    assert Path(page.predictions[0].input).is_file()


def test_the_camera_is_off_when_the_page_is_left(qtbot: QtBot, page: PredictPage, film: Path) -> None:
    page.open_camera(film)
    qtbot.waitUntil(lambda: page.camera.picture.has_frame, timeout=LONG_MS)
    running = page.camera._camera
    page.hide()
    running.join(10)
    assert not running.is_running
    assert page.camera._camera is None
    page.show()
    assert page.ways.isVisible()


def test_a_camera_that_is_missing_says_so_in_its_picture(qtbot: QtBot, page: PredictPage) -> None:
    page.open_camera(63)
    qtbot.waitUntil(lambda: "cannot be opened" in page.camera.picture.words, timeout=LONG_MS)
    assert page.camera.again.isVisible()
    assert not page.camera.snapshot.isEnabled()


def test_the_camera_button_opens_the_first_camera_also_after_a_video(
    qtbot: QtBot, page: PredictPage, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, asked = camera._opened, []

    def opened(source: int | Path) -> Any:
        """Stands for a machine without a camera, whatever this one has."""
        if isinstance(source, int):
            asked.append(source)
            raise DataError(f"Camera {source + 1} cannot be opened.")
        return reading(source)

    monkeypatch.setattr(camera, "_opened", opened)
    for _ in range(2):
        qtbot.mouseClick(page.ways.camera, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: "cannot be opened" in page.camera.picture.words, timeout=LONG_MS)
        assert page.camera.source.currentText() == "Camera 1"
        page.open_camera(film)
        qtbot.waitUntil(lambda: page.camera.picture.has_frame, timeout=LONG_MS)
        qtbot.mouseClick(page.camera.close_button, Qt.MouseButton.LeftButton)
    assert asked == [0, 0]


def test_without_opencv_the_button_says_how_to_get_it(
    qtbot: QtBot, page: PredictPage, colour_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "is_installed", lambda: False)
    page.use_model(colour_model)
    qtbot.waitUntil(lambda: page.chosen.state == "ready", timeout=LONG_MS)
    assert not page.ways.camera.isEnabled()
    assert "downslope[camera]" in page.ways.camera.toolTip()


def test_what_comes_into_a_watched_folder_is_predicted_at_the_top(
    qtbot: QtBot, page: PredictPage, paint: Paint, wait_for_predictions: Wait
) -> None:
    folder = paint("watched/old.png", (200, 0, 0)).parent
    page.watch._timer.setInterval(50)
    page.watch_folder(folder)
    assert page.watch_line.isVisible()
    assert "nothing has come yet" in page.watch_line.words.text()
    qtbot.waitUntil(page.watch._timer.isActive, timeout=LONG_MS)
    for place, name in enumerate(("first", "second"), start=1):
        paint(f"watched/{name}.png", (0, 0, 200 + place))
        wait_for_predictions(page, place)
    shown = [Path(page.predictions[place].input).stem for place in page.view.gallery.pictures.shown]
    assert shown == ["second", "first"]
    assert "2 pictures came" in page.watch_line.words.text()
    qtbot.mouseClick(page.watch_line.stop, Qt.MouseButton.LeftButton)
    assert not page.watch_line.isVisible()
    assert page.watch.folder is None
    assert page.view.isVisible()


def test_a_foreign_model_is_described_once_and_then_predicts(
    qtbot: QtBot, page: PredictPage, foreign_model: Path, mixed: Path, wait_for_predictions: Wait
) -> None:
    form = page.form
    page.dropped([foreign_model, mixed])
    qtbot.waitUntil(form.isVisible, timeout=LONG_MS)
    assert (form.height_box.value(), form.width_box.value(), form.height_box.isEnabled()) == (12, 16, False)
    assert form.layout_box.currentData() == "nchw"
    assert not form.use.isEnabled()
    for name in ("red", "green"):
        qtbot.keyClicks(form.labels, name)
        qtbot.keyClick(form.labels, Qt.Key.Key_Return)
    assert form.number.text() == "2 of 3 labels"
    assert not form.use.isEnabled()
    qtbot.keyClicks(form.labels, "blue")
    form.scaling.setCurrentText("From 0 to 1")
    form.rule.setCurrentText("Stretch")
    qtbot.mouseClick(form.use, Qt.MouseButton.LeftButton)
    wait_for_predictions(page, 5)
    assert [found.label for found in page.predictions][:3] == ["red", "red", "green"]
    written = read_description(foreign_model.with_suffix(".json"))
    assert (written.labels, written.resize.rule, written.pixels.layout) == (("red", "green", "blue"), "stretch", "nchw")
    page.use_model(foreign_model)
    qtbot.waitUntil(lambda: page.chosen.state == "ready", timeout=LONG_MS)


def test_labels_of_a_foreign_model_are_read_from_a_file(
    qtbot: QtBot, page: PredictPage, foreign_model: Path, tmp_path: Path
) -> None:
    page.use_model(foreign_model)
    qtbot.waitUntil(page.form.isVisible, timeout=LONG_MS)
    page.form.read_labels(tmp_path / "gone.txt")
    assert "gone.txt" in page.form.problem.text()
    labels = tmp_path / "labels.txt"
    labels.write_text("red\ngreen\nblue\n", encoding="utf-8")
    page.form.read_labels(labels)
    assert page.form.names == ("red", "green", "blue")
    assert page.form.use.isEnabled()
