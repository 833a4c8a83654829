"""What a model says about the latest frame of a camera, worked out on a thread of its own."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop_app.errors import DownslopeError, ModelError
from desktop_app.inference.answer import Prediction, prediction_of
from desktop_app.inference.camera import Camera
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.reading.pictures import fit_picture


class LiveAnswers:
    """Answers for the latest frame; frames that come while the model still runs are left out, none ever waits."""

    def __init__(self, model: OnnxModel, camera: Camera) -> None:
        self._model, self._camera = model, camera
        self._closed = threading.Event()
        self.latest: Prediction | None = None
        self.number = 0
        """Which frame ``latest`` is about."""
        self.error: DownslopeError | None = None
        self._thread = threading.Thread(target=self._work, name="downslope-live", daemon=True)

    def start(self) -> None:
        """Begin to answer; to be called once."""
        self._thread.start()

    def close(self) -> None:
        """End with the frame that is being looked at."""
        self._closed.set()

    @property
    def is_running(self) -> bool:
        """Whether its thread has not ended yet."""
        return self._thread.is_alive()

    def join(self, seconds: float = 5.0) -> None:
        """Wait until the thread has ended, at most so long."""
        if self.is_running:
            self._thread.join(seconds)

    def _work(self) -> None:
        """Run on a thread."""
        while not self._closed.is_set():
            frame = self._camera.next_after(self.number)
            if frame is None:
                if self._camera.state in ("ended", "failed"):
                    return
                continue
            try:
                answer = predict_pixels(self._model, frame.pixels, f"frame {frame.number}")
            except DownslopeError as error:
                self.error = error
                return
            self.latest, self.number = answer, frame.number


def predict_pixels(model: OnnxModel, pixels: NDArray[np.uint8], name: str) -> Prediction:
    """Return what ``model`` says about one picture, ``uint8 [height, width, 3]`` RGB of any size.

    Raises: ``ModelError`` for a model that takes no pictures, and where it fails.
    """
    resize = model.metadata.resize
    if resize is None:
        raise ModelError(f'The model "{model.path}" takes no pictures.')
    if not resize.inside:
        pixels = fit_picture(Image.fromarray(pixels), resize.size, resize.rule, resize.interpolation)
    return prediction_of(model, name, model.run(pixels[np.newaxis])[0])
