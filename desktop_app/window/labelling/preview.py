"""One picture as large as there is room, with its name and class; the same keys label it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.window.background import Background
from desktop_app.window.picture_chips import Mark, paint_chip
from desktop_app.window.theme import colours
from desktop_app.window.thumbnails import image_of

_PLACE = "labelling-preview"
_FOOT = 40
_LARGEST_SIDE = 1600


class Preview(QWidget):
    """``stepped`` asks for the next (1) or the one before (-1); keys that mean nothing here go on by ``passed_on``."""

    closed = Signal()
    stepped = Signal(int)
    passed_on = Signal(object)

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background
        self._path: Path | None = None
        self._name = ""
        self._mark: Mark | None = None
        self._pixmap: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("The picture, large")

    def show_picture(self, path: Path, name: str, mark: Mark | None, words: str) -> None:
        """Show a picture with its chip; the file is read behind the window."""
        self._name, self._mark = name, mark
        self.setAccessibleDescription(f"{name}, {words}")
        if path != self._path:
            self._path, self._pixmap = path, None
            side = _LARGEST_SIDE
            self._background.run(_PLACE, lambda: image_of(path, side), self._take, lambda _error: self._take(QImage()))
        self.update()

    def forget(self) -> None:
        """Let go of the picture, so that it is read anew the next time."""
        self._background.forget(_PLACE)
        self._path, self._pixmap = None, None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture in the middle, name and chip below."""
        shades = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.rect().adjusted(8, 8, -8, -_FOOT - 8)
        if self._pixmap is not None and self._pixmap.isNull():
            painter.setPen(QColor(shades.bad))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "This picture cannot be read.")
        elif self._pixmap is not None:
            size = self._pixmap.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(room.topLeft(), size)
            target.moveCenter(room.center())
            painter.drawPixmap(target, self._pixmap)
        foot = QRect(8, self.height() - _FOOT, self.width() - 16, _FOOT)
        half = foot.width() // 2
        if self._mark is not None:
            paint_chip(painter, QRect(foot.left(), foot.top() + 8, half, 20), self._mark)
        painter.setPen(QColor(shades.muted))
        words = f"{self._name}  ·  ← →  ·  Esc goes back"
        text = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, half)
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrows, go back with Space or Escape, hand on the rest."""
        key = event.key()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Space):
            self.closed.emit()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.stepped.emit(1 if key in (Qt.Key.Key_Right, Qt.Key.Key_Down) else -1)
        else:
            self.passed_on.emit(event)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Go back to all pictures."""
        self.closed.emit()

    def _take(self, image: QImage) -> None:
        self._pixmap = QPixmap.fromImage(image) if not image.isNull() else QPixmap()
        self.update()
