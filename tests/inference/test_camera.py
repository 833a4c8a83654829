"""Frames of a real video come in their order and colours, the latest one only, and an end or a failure is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.errors import DataError
from desktop_app.inference import camera as camera_module
from desktop_app.inference.camera import Camera
from desktop_app.inference.live import LiveAnswers, predict_pixels
from desktop_app.inference.onnx_session import OnnxModel


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return a video of a tenth of a second: three red frames, then three blue ones."""
    file = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 60.0, (64, 48))
    for place in range(6):
        frame = np.zeros((48, 64, 3), dtype=np.uint8)
        frame[:, :, 2 if place < 3 else 0] = 250  # OpenCV's order is blue, green, red
        writer.write(frame)
    writer.release()
    return file


def until_it_ends(camera: Camera) -> None:
    camera.start()
    camera.join(30)
    assert not camera.is_running


def test_a_video_is_read_to_its_end_in_rgb(film: Path) -> None:
    camera = Camera(film)
    assert camera.latest() is None
    until_it_ends(camera)
    last = camera.latest()
    assert (camera.state, last.number, last.pixels.shape, last.pixels.dtype) == ("ended", 6, (48, 64, 3), np.uint8)
    assert last.pixels[24, 32, 2] > 200
    assert last.pixels[24, 32, 0] < 50


def test_frames_that_nobody_takes_are_left_out(film: Path) -> None:
    camera = Camera(film)
    until_it_ends(camera)
    assert camera.next_after(0).number == 6
    assert camera.next_after(6) is None


def test_the_model_answers_the_latest_frame(film: Path, colour_model: Callable[..., Path]) -> None:
    camera = Camera(film)
    answers = LiveAnswers(OnnxModel.open(colour_model()), camera)
    answers.start()
    until_it_ends(camera)
    answers.join(30)
    assert not answers.is_running
    assert (answers.number, answers.latest.label, answers.error) == (6, "blue", None)
    assert answers.latest.labels == ("red", "green", "blue")


def test_a_camera_that_is_closed_ends_and_so_do_its_answers(film: Path, colour_model: Callable[..., Path]) -> None:
    camera = Camera(film)
    answers = LiveAnswers(OnnxModel.open(colour_model()), camera)
    answers.start()
    camera.start()
    camera.close()
    answers.close()
    camera.join(30)
    answers.join(30)
    assert not camera.is_running
    assert not answers.is_running


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.avi", None, 'There is no video ".*gone.avi"; check the path.'),
        ("text.avi", b"no video at all", 'The video "text.avi" (cannot be opened|holds no pictures)'),
    ],
)
def test_what_is_no_video_fails_with_a_sentence(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    camera = Camera(tmp_path / name)
    until_it_ends(camera)
    assert camera.state == "failed"
    with pytest.raises(DataError, match=words):
        raise camera.error


def test_a_camera_that_is_not_there_fails_with_a_sentence() -> None:
    camera = Camera(63)
    until_it_ends(camera)
    assert str(camera.error) == "Camera 64 cannot be opened: there is none, or another program uses it."


def test_without_opencv_it_says_how_to_get_it(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "is_installed", lambda: False)
    camera = Camera(film)
    until_it_ends(camera)
    assert 'pip install "downslope[camera]"' in str(camera.error)


def test_one_frame_is_answered_as_its_file_would_be(colour_model: Callable[..., Path]) -> None:
    model = OnnxModel.open(colour_model())
    pixels = np.zeros((30, 50, 3), dtype=np.uint8)
    pixels[:, :, 1] = 255
    found = predict_pixels(model, pixels, "frame 1")
    assert (found.input, found.label) == ("frame 1", "green")
    assert sum(found.probabilities) == pytest.approx(1)
