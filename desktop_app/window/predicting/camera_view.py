"""The camera's picture, live, with what the model says about it; a key takes it into the gallery."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QImage, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.folders import user_folders
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.choosing import choose_file
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.probability_bars import ProbabilityBars
from desktop_app.window.theme import colours
from desktop_app.window.wording import count, figure, share
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.inference.camera import Camera
    from desktop_app.inference.live import LiveAnswers
    from desktop_app.inference.onnx_session import OnnxModel

_LOOKED_EVERY_MS = 33
_CAMERAS = 3
_VIDEOS = "Videos (*.mp4 *.mov *.avi *.mkv *.webm *.m4v *.mpg)"
_BARS = 10
_SOURCE_PIXELS = 136
_PANEL_PIXELS = 304


class LivePicture(QWidget):
    """The frame as large as it goes, or a sentence in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(240, 180))
        self._image = QImage()
        self.words = ""

    def show_frame(self, pixels: NDArray[np.uint8]) -> None:
        """Show ``uint8 [height, width, 3]``, RGB."""
        height, width = pixels.shape[:2]
        # Qt does not keep the pixels alive: a copy does.
        self._image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self.words = ""
        self.update()

    def show_words(self, words: str) -> None:
        """Show a sentence."""
        self._image, self.words = QImage(), words
        self.update()

    @property
    def has_frame(self) -> bool:
        """Whether a frame is shown."""
        return not self._image.isNull()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame in the middle."""
        shades = colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(shades.sunken))
        if self._image.isNull():
            painter.setPen(QColor(shades.muted))
            room = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        painter.drawImage(self.rect().adjusted(left, top, -left, -top), self._image)


class CameraView(QWidget):
    """``taken`` carries the file of a picture that was taken; ``closed`` asks to go back. It is off while hidden."""

    taken = Signal(object)
    closed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._model: OnnxModel | None = None
        self._camera: Camera | None = None
        self._answers: LiveAnswers | None = None
        self._ended: list[Any] = []
        self._number = self._answered = self._taken = 0
        self._camera_number = 0
        self.picture = LivePicture()
        self.answer = ElidedLabel("", "figure")
        self.unsure = label("", "warning", wrap=True)
        self.bars = ProbabilityBars()
        self.source = ChoiceBox()
        self.source.setFixedWidth(_SOURCE_PIXELS)
        self.source.setPlaceholderText("A video")
        self.source.setAccessibleName("Which camera")
        for number in range(_CAMERAS):
            self.source.addItem(f"Camera {number + 1}", number)
        # With a placeholder, Qt chooses none by itself.
        self.source.setCurrentIndex(0)
        self.source.activated.connect(lambda _place: self._begin(self.source.currentData()))
        self.video = button("Open a video…", self._choose_video, "open", "flat")
        self.again = button("Start again", self._start_again, "reload")
        self.snapshot = button("Take this picture", self.take, "picture", "main")
        self.snapshot.setToolTip("Put the picture into the gallery (S)")
        self.close_button = button("Back", self.closed.emit, "return")
        self.said = label("", "muted", wrap=True)
        head = row(self.close_button, self.source, self.video, None, self.again, self.snapshot)
        parts = (self.answer, self.unsure, self.bars, self.said, None)
        side = holding(column(*parts, spacing=12, margins=16), "card")
        side.setFixedWidth(_PANEL_PIXELS)
        body = row(self.picture, side, spacing=12)
        body.setStretch(0, 1)
        layout = column(head, body, spacing=12)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._timer = QTimer(self, interval=_LOOKED_EVERY_MS)
        self._timer.timeout.connect(self._look)
        for key, deed in (("S", self.take), ("Escape", self.closed.emit)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(deed)

    def start(self, model: OnnxModel, source: int | Path | None = None) -> None:
        """Look through a camera, the one that was chosen last where none is named, with ``model``."""
        self._model = model
        self._taken = 0
        self._begin(self._camera_number if source is None else source)

    def stop(self) -> None:
        """Let go of the camera."""
        self._timer.stop()
        for part in (self._camera, self._answers):
            if part is not None:
                part.close()
                self._ended.append(part)
        self._camera = self._answers = None

    def join(self) -> None:
        """Wait until no thread looks any more."""
        self.stop()
        for part in self._ended:
            part.join()
        self._ended.clear()

    def take(self) -> None:
        """Keep the frame on show as a file, and tell which."""
        from PIL import Image

        camera = self._camera
        frame = camera.latest() if camera is not None else None
        if frame is None:
            return
        folder = user_folders().cache / "snapshots"
        name = datetime.datetime.now().strftime("camera %Y-%m-%d %H.%M.%S.%f")[:-3]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(frame.pixels).save(folder / f"{name}.png")
        except OSError as error:
            self.said.setText(f"The picture cannot be written to {folder}: {error.strerror or error}.")
            return
        self._taken += 1
        self.said.setText(f"{count(self._taken, 'picture')} taken. Back leads to the gallery.")
        self.taken.emit(folder / f"{name}.png")

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the camera: nobody is to be filmed by a page that is not seen."""
        super().hideEvent(event)
        self.stop()

    def _begin(self, source: Any) -> None:
        from desktop_app.inference.camera import Camera
        from desktop_app.inference.live import LiveAnswers

        if self._model is None or source is None:
            return
        self.stop()
        self._ended = [part for part in self._ended if part.is_running]
        self._number = self._answered = 0
        self._source = source
        is_video = not isinstance(source, int)
        self.source.setCurrentIndex(-1 if is_video else source)
        if isinstance(source, int):
            self._camera_number = source
        self._camera = Camera(source)
        self._answers = LiveAnswers(self._model, self._camera)
        self.picture.show_words("Opening the video…" if is_video else "Opening the camera…")
        self._show_answer(None)
        self.said.setText("S takes the picture into the gallery.")
        self.again.hide()
        self.snapshot.setEnabled(False)
        self._camera.start()
        self._answers.start()
        self._timer.start()

    def _start_again(self) -> None:
        self._begin(self._source)

    def _choose_video(self) -> None:
        choose_file(self, "Choose a video", _VIDEOS, self._begin)

    def _look(self) -> None:
        camera, answers = self._camera, self._answers
        if camera is None or answers is None:
            return
        frame = camera.latest()
        if frame is not None and frame.number != self._number:
            self._number = frame.number
            self.picture.show_frame(frame.pixels)
            self.snapshot.setEnabled(True)
        if answers.number != self._answered:
            self._answered = answers.number
            self._show_answer(answers.latest)
        error = answers.error or camera.error
        if error is not None:
            self.picture.show_words(sentence(error))
            self._show_answer(None)
            self.said.setText("")
            self.snapshot.setEnabled(False)
        if error is not None or (camera.state == "ended" and self._answered == self._number):
            self._timer.stop()
            self.again.show()

    def _show_answer(self, found: Any) -> None:
        self.answer.setText("" if found is None else found.label if found.label is not None else figure(found.value))
        self.unsure.setText(f"Not sure: only {share(found.probability)}." if found is not None and found.unsure else "")
        pairs = [] if found is None else list(zip(found.labels, found.probabilities, strict=True))
        if len(pairs) > _BARS:
            pairs = sorted(pairs, key=lambda pair: -pair[1])[:_BARS]
        # Few labels stay where they are: bars that change places cannot be followed by the eye.
        self.bars.show_pairs(pairs)
        self.bars.setVisible(bool(pairs))
