"""Paints one picture of a grid: the picture, the chip of its class, and whether it is selected."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.window.arranged_grid import ArrangedGrid
from desktop_app.window.theme import colours
from desktop_app.window.thumbnails import ThumbnailModel

MARK_ROLE = Qt.ItemDataRole.UserRole
_GAP = 4
_CHIP_HEIGHT = 20
_DARK_TEXT, _LIGHT_TEXT = "#10131C", "#FFFFFF"


@dataclass(frozen=True)
class Mark:
    """What a picture's chip says; ``confidence`` is that of a proposal, ``None`` where the person chose the class."""

    name: str
    order: int
    confidence: float | None


def class_colour(order: int) -> QColor:
    """Return the colour of the class at place ``order``; colours come again where there are more classes."""
    runs = colours().runs
    return QColor(runs[order % len(runs)])


def text_on(background: QColor) -> QColor:
    """Return the dark or the light text colour, whichever is read better on ``background``."""
    # Weights of the channels after ITU-R BT.601, the half of 255 as the border.
    light = 0.299 * background.red() + 0.587 * background.green() + 0.114 * background.blue() > 127.5
    return QColor(_DARK_TEXT if light else _LIGHT_TEXT)


class ChipPainter(QStyledItemDelegate):
    """A cell is the picture's side and a little room, for frame and focus."""

    def __init__(self, model: ThumbnailModel, grid: ArrangedGrid) -> None:
        super().__init__(grid)
        self._model, self._grid = model, grid

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the same size for every picture."""
        side = self._side
        return QSize(self._grid.cell_width(side), side)

    @property
    def _side(self) -> int:
        return self._model.side + 4 * _GAP

    def square_in(self, cell: QRect) -> QRect:
        """Return where in its cell the picture stands with its frame: in the middle, as wide as it is high."""
        square = QRect(0, 0, self._side, self._side)
        square.moveCenter(cell.center())
        return square

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the picture with its mark."""
        shades = colours()
        cell = self.square_in(option.rect).adjusted(_GAP, _GAP, -_GAP, -_GAP)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        frame = cell.adjusted(_GAP, _GAP, -_GAP, -_GAP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.setPen(QPen(QColor(shades.accent), 2))
            painter.setBrush(QColor(shades.accent_soft))
            painter.drawRoundedRect(QRectF(cell).adjusted(1, 1, -1, -1), 6, 6)
        elif state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(shades.muted), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(cell).adjusted(1, 1, -1, -1), 6, 6)
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        unreadable = pixmap is not None and pixmap.isNull()
        painter.fillRect(frame, QColor(shades.bad_soft if unreadable else shades.sunken))
        if unreadable:
            painter.setPen(QColor(shades.bad))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, "Cannot be read")
        elif pixmap is not None:
            painter.drawPixmap(frame.center() - pixmap.rect().center(), pixmap)
        mark = index.data(MARK_ROLE)
        if mark is not None:
            paint_chip(painter, QRect(frame.left(), frame.bottom() - _CHIP_HEIGHT, frame.width(), _CHIP_HEIGHT), mark)
        painter.restore()


def paint_chip(painter: QPainter, room: QRect, mark: Mark) -> None:
    """Paint a class's name in ``room``: filled where a person chose it, dashed with its confidence where proposed."""
    shades = colours()
    colour = class_colour(mark.order)
    metrics = QFontMetrics(painter.font())
    ending = "" if mark.confidence is None else f" {mark.confidence * 100:.0f} %"
    free = room.width() - 20 - metrics.horizontalAdvance(ending)
    text = metrics.elidedText(mark.name, Qt.TextElideMode.ElideMiddle, free) + ending
    chip = QRectF(room.left() + 3, room.top() - 1, min(metrics.horizontalAdvance(text) + 14, room.width() - 6), 18)
    if mark.confidence is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(text_on(colour))
    else:
        background = QColor(shades.surface)
        background.setAlpha(225)
        painter.setBrush(background)
        painter.setPen(QPen(colour, 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(QColor(shades.text))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
