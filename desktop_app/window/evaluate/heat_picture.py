"""A picture as large as there is room, with a heat map over it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.window.theme import colours


class HeatPicture(QWidget):
    """The heat is clear where nothing speaks for the class, and runs over purple to yellow where most does."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QImage()
        self._heat = QImage()
        self._opacity = 0.5
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(160, 160))
        self.setAccessibleName("The picture")

    @property
    def has_heat(self) -> bool:
        """Whether there is a heat map."""
        return not self._heat.isNull()

    def show_picture(self, image: QImage) -> None:
        """Show a picture without a heat map."""
        self._picture, self._heat = image, QImage()
        self.update()

    def show_heat(self, found: Any) -> None:
        """Show a ``Heat`` of the engine: the picture as the network sees it, and the map."""
        self._picture = _image(np.ascontiguousarray(found.picture), QImage.Format.Format_RGB888)
        shades = pg.colormap.get("inferno").map(found.heat.astype(float), mode="byte")
        pixels = np.ascontiguousarray(shades.reshape(*found.heat.shape, 4))
        pixels[..., 3] = np.round(255 * found.heat).astype(np.uint8)
        self._heat = _image(pixels, QImage.Format.Format_RGBA8888)
        self.update()

    def set_opacity(self, percent: int) -> None:
        """Set how much of the heat map is seen, 0 to 100."""
        self._opacity = percent / 100
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture in the middle, and the heat over it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours().sunken))
        if self._picture.isNull():
            painter.setPen(QColor(colours().muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "This picture cannot be read.")
            return
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        room = QRect(0, 0, size.width(), size.height())
        room.moveCenter(self.rect().center())
        small = self._picture.width() * 4 < size.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not small)
        painter.drawImage(room, self._picture)
        if not self._heat.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(self._opacity)
            painter.drawImage(room, self._heat)


def _image(pixels: np.ndarray, kind: QImage.Format) -> QImage:
    height, width, depth = pixels.shape
    return QImage(pixels.data, width, height, width * depth, kind).copy()
