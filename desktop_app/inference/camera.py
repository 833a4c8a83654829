"""Frames of a camera or a video file, read on a thread of their own; only the latest one is kept.

OpenCV reads them. It is an extra, and imported when a camera is opened: ``pip install "downslope[camera]"``.
"""

from __future__ import annotations

import importlib.util
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import DataError

HOW_TO_INSTALL = 'The camera needs OpenCV, which is not installed here: pip install "downslope[camera]" brings it.'

# What a file claims is not always a rate: some say 0, some 90,000.
_USUAL_FRAMES_A_SECOND = 25.0
_MOST_FRAMES_A_SECOND = 240.0
# A camera that wakes up gives nothing for some frames; one that gives nothing for so long is gone.
_PATIENCE_SECONDS = 3.0
_PAUSE_SECONDS = 0.02
CameraState = Literal["opening", "live", "ended", "failed"]


def is_installed() -> bool:
    """Return whether OpenCV is there, without importing it."""
    return importlib.util.find_spec("cv2") is not None


@dataclass(frozen=True)
class Frame:
    """``number`` counts from 1; ``pixels`` are ``uint8 [height, width, 3]``, RGB."""

    number: int
    pixels: NDArray[np.uint8]


class Camera:
    """``state`` goes from ``opening`` to ``live``, and ends as ``ended`` (a file, or closed) or ``failed``.

    ``source`` is a camera's place, 0 for the first, or the path of a video file, which is read at its own pace. All
    methods may be called from any thread, and return at once but ``join``.
    """

    def __init__(self, source: int | Path) -> None:
        self.source = source
        self.state: CameraState = "opening"
        self.error: DataError | None = None
        self._latest: Frame | None = None
        self._arrived = threading.Condition()
        self._closed = threading.Event()
        # A driver that hangs must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name="downslope-camera", daemon=True)

    def start(self) -> None:
        """Begin to read frames; to be called once."""
        self._thread.start()

    def close(self) -> None:
        """Let go of the camera; its thread ends with its frame."""
        self._closed.set()
        with self._arrived:
            self._arrived.notify_all()

    @property
    def is_running(self) -> bool:
        """Whether its thread has not ended yet."""
        return self._thread.is_alive()

    def join(self, seconds: float = 5.0) -> None:
        """Wait until the thread has ended, at most so long."""
        if self.is_running:
            self._thread.join(seconds)

    def latest(self) -> Frame | None:
        """Return the latest frame, ``None`` before the first."""
        return self._latest

    def next_after(self, number: int, seconds: float = 0.5) -> Frame | None:
        """Wait for a frame later than ``number`` and return the latest; ``None`` where none comes in time."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._is_later(number) or self.state in ("ended", "failed"), seconds)
        return self._latest if self._is_later(number) else None

    def _is_later(self, number: int) -> bool:
        return self._latest is not None and self._latest.number > number

    def _work(self) -> None:
        """Run on the camera's thread."""
        try:
            self._read()
            self._end("ended")
        except DataError as error:
            self.error = error
            self._end("failed")
        except Exception as error:  # noqa: BLE001 - OpenCV's border: a thread that ends says why
            self.error = DataError(f"{self._name} failed: {str(error).strip() or type(error).__name__}.")
            self._end("failed")

    def _end(self, state: CameraState) -> None:
        with self._arrived:
            self.state = state
            self._arrived.notify_all()

    def _read(self) -> None:
        capture = _opened(self.source)
        try:
            is_file = not isinstance(self.source, int)
            period = _period(capture) if is_file else 0.0
            number, last, due = 0, time.monotonic(), time.monotonic()
            while not self._closed.is_set():
                there, pixels = capture.read()
                if there:
                    number, last = number + 1, time.monotonic()
                    self._give(Frame(number, np.ascontiguousarray(pixels[:, :, ::-1])))
                elif is_file:
                    break
                elif time.monotonic() - last > _PATIENCE_SECONDS:
                    raise DataError(f"{self._name} gives no pictures any more; plug it in again.")
                else:
                    self._closed.wait(_PAUSE_SECONDS)
                due += period
                self._closed.wait(max(0.0, due - time.monotonic()))
            if not number and not self._closed.is_set():
                raise DataError(f"{self._name} holds no pictures that can be read.")
        finally:
            capture.release()

    @property
    def _name(self) -> str:
        return _name_of(self.source)

    def _give(self, frame: Frame) -> None:
        with self._arrived:
            self._latest, self.state = frame, "live"
            self._arrived.notify_all()


def _opened(source: int | Path) -> Any:
    """Return OpenCV's capture. Raises: ``DataError`` where OpenCV or the source is missing."""
    if not is_installed():
        raise DataError(HOW_TO_INSTALL)
    import cv2

    # It writes to standard error, in its own words, what is said here as a sentence.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    if not isinstance(source, int) and not source.is_file():
        raise DataError(f'There is no video "{source}"; check the path.')
    capture = cv2.VideoCapture(source if isinstance(source, int) else str(source))
    if not capture.isOpened():
        capture.release()
        if isinstance(source, int):
            raise DataError(f"{_name_of(source)} cannot be opened: there is none, or another program uses it.")
        raise DataError(f"{_name_of(source)} cannot be opened: it is no video, or of a kind that OpenCV cannot read.")
    return capture


def _name_of(source: int | Path) -> str:
    return f"Camera {source + 1}" if isinstance(source, int) else f'The video "{source.name}"'


def _period(capture: Any) -> float:
    """Return the seconds from one frame of a file to the next."""
    import cv2

    rate = float(capture.get(cv2.CAP_PROP_FPS))
    return 1.0 / (rate if 0 < rate <= _MOST_FRAMES_A_SECOND else _USUAL_FRAMES_A_SECOND)
