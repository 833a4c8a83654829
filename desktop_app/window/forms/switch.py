"""A switch: a check box that looks on or off in light and dark alike."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from desktop_app.window.theme import colours

_WIDTH, _HEIGHT, _EDGE = 36, 20, 3


class Switch(QCheckBox):
    """Space and a click turn it, as they turn any check box."""

    def sizeHint(self) -> QSize:
        """Return room for the switch alone."""
        return QSize(_WIDTH + 2, _HEIGHT + 4)

    def hitButton(self, _place: QPoint) -> bool:
        """Take a click anywhere on the switch."""
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a pill with a knob at the left (off) or the right (on)."""
        shades = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pill = QRectF(1, (self.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT)
        on = self.isChecked()
        painter.setPen(QPen(QColor(shades.text), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shades.accent if on and self.isEnabled() else shades.muted if on else shades.line))
        painter.drawRoundedRect(pill, _HEIGHT / 2, _HEIGHT / 2)
        side = _HEIGHT - 2 * _EDGE
        left = pill.right() - _EDGE - side if on else pill.left() + _EDGE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shades.on_accent if on else shades.surface))
        painter.drawEllipse(QRectF(left, pill.top() + _EDGE, side, side))
