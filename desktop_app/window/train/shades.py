"""The colours of heat maps, which colour-blind people tell apart, and the legend that says what they stand for."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.window.theme import colours
from desktop_app.window.train.scale import Kind, Scale

Bytes = NDArray[np.uint8]

_SHADES = 256
_BLUE, _ORANGE = 0, 5
_BAR_HEIGHT, _BAR_WIDTH = 8, 190
_SQUARE = 8


def shades_of(kind: Kind) -> Bytes:
    """Return colours from the low to the high end, ``[256, 3]``, in the scheme in use.

    Cividis (Nuñez and others 2018, doi:10.1371/journal.pone.0199239), and for numbers on both sides of 0 from blue over
    the colour of nothing to orange.
    """
    if kind != "signed":
        return np.asarray(pg.colormap.get("cividis").getLookupTable(0.0, 1.0, _SHADES)[:, :3], dtype=np.uint8)
    scheme = colours()
    stops = np.array([rgb(scheme.runs[_BLUE]), rgb(scheme.sunken), rgb(scheme.runs[_ORANGE])], dtype=np.float64)
    places = np.linspace(0.0, 2.0, _SHADES)
    mixed = [np.interp(places, (0.0, 1.0, 2.0), stops[:, channel]) for channel in range(3)]
    return np.stack(mixed, axis=1).astype(np.uint8)


def painted(places: NDArray[np.float64], broken: NDArray[np.bool_], kind: Kind) -> Bytes:
    """Return a picture, ``uint8 [row, column, 3]``, of places on a scale, 0 to 1.

    NaN has the colour of the ground, ``broken`` the one that stands for what is not a number.
    """
    known = ~np.isnan(places)
    chosen = np.where(known, places, 0.0) * (_SHADES - 1)
    picture = shades_of(kind)[np.round(chosen).astype(np.intp)]
    picture[~known] = rgb(colours().surface)
    picture[broken] = rgb(colours().bad)
    return picture


def rgb(name: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour's name."""
    colour = QColor(name)
    return colour.red(), colour.green(), colour.blue()


class ShadeBar(QWidget):
    """The colours of a scale from its low to its high end with numbers below them, and the colour of a NaN."""

    def __init__(self) -> None:
        super().__init__()
        self._scale = Scale("share", 0.0, 1.0)
        self._has_broken = False
        font = self.font()
        font.setPixelSize(11)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the colours stand for")

    def show_scale(self, scale: Scale, *, has_broken: bool) -> None:
        """Show what colours stand for; ``has_broken`` says whether there are values that are not a number."""
        if (scale, has_broken) != (self._scale, self._has_broken):
            self._scale, self._has_broken = scale, has_broken
            ends = " to ".join(text for _, text in (scale.ticks()[0], scale.ticks()[-1]))
            self.setAccessibleDescription(ends)
            self.updateGeometry()
            self.update()

    @property
    def texts(self) -> list[str]:
        """What stands below the colours."""
        return [text for _, text in self._scale.ticks()]

    def sizeHint(self) -> QSize:
        """Return room for the colours, the numbers, and what is not a number."""
        margin = self._margin
        broken = self.fontMetrics().horizontalAdvance(_NOT_A_NUMBER) + 2 * _SQUARE + 8 if self._has_broken else 0
        return QSize(_BAR_WIDTH + 2 * margin + broken, _BAR_HEIGHT + self.fontMetrics().height() + 3)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the colours and their numbers."""
        painter = QPainter(self)
        strip = np.ascontiguousarray(shades_of(self._scale.kind)[None])
        image = QImage(strip.data, _SHADES, 1, 3 * _SHADES, QImage.Format.Format_RGB888)
        margin = self._margin
        painter.drawImage(QRect(margin, 0, _BAR_WIDTH, _BAR_HEIGHT), image)
        painter.setPen(QColor(colours().muted))
        height = self.fontMetrics().height()
        for place, text in self._scale.ticks():
            middle = margin + round(place * _BAR_WIDTH)
            room = QRect(middle - 60, _BAR_HEIGHT + 2, 120, height)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
        if self._has_broken:
            left = _BAR_WIDTH + 2 * margin + 4
            painter.fillRect(QRect(left, 0, _SQUARE, _SQUARE), QColor(colours().bad))
            painter.drawText(left + _SQUARE + 4, self.fontMetrics().ascent() - 2, _NOT_A_NUMBER)

    @property
    def _margin(self) -> int:
        ends = (self._scale.ticks()[0][1], self._scale.ticks()[-1][1])
        return max(self.fontMetrics().horizontalAdvance(text) for text in ends) // 2 + 2


_NOT_A_NUMBER = "not a number"
