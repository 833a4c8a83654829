"""The confusion matrix as a picture: from two classes with large numbers to hundreds with a colour each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop_app.window.theme import colours
from desktop_app.window.wording import count, share

_SMALLEST, _LARGEST = 5, 88
_LABEL_PIXELS = 120
_NAMED_FROM = 12
_NUMBER_PIXELS = 11
_AXIS = 18
_NAME_LINE = 20


class ConfusionMatrix(QWidget):
    """Rows are true classes, columns what they were taken for; a cell is as strong as its share of the row.

    Right answers are in the accent, mistakes in the warning colour. ``chosen`` carries row and column of a cell that
    was clicked or reached with the arrow keys; ``hovered`` a sentence on the one under the mouse.
    """

    chosen = Signal(int, int)
    hovered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.classes: tuple[str, ...] = ()
        self.counted = np.zeros((0, 0), dtype=np.int64)
        self.shares = self.counted.astype(float)
        self.as_shares = False
        self.cell: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Confusion matrix")

    def show_matrix(self, classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> None:
        """Show these counts; no cell is chosen."""
        self.classes = tuple(classes)
        self.counted = np.asarray(confusion, dtype=np.int64).reshape(len(classes), len(classes))
        self.shares = self.counted / np.maximum(self.counted.sum(axis=1, keepdims=True), 1)
        self.cell = None
        self.updateGeometry()
        size = self.minimumSizeHint()
        self.setMinimumSize(size)
        self.update()

    def show_shares(self, as_shares: bool) -> None:
        """Write shares of the row into the cells instead of counts."""
        self.as_shares = as_shares
        self.update()

    def choose(self, line: int, column: int) -> None:
        """Choose a cell."""
        self.cell = (line, column)
        self.update()
        self.chosen.emit(line, column)

    def words(self, line: int, column: int) -> str:
        """Return a sentence on a cell."""
        number = count(int(self.counted[line, column]), "sample")
        part = share(float(self.shares[line, column]))
        return f"{self.title(line, column)}: {number}, {part} of the row"

    def title(self, line: int, column: int) -> str:
        """Return what a cell counts."""
        true, taken = self.classes[line], self.classes[column]
        return f"{true}, recognised" if line == column else f"{true}, taken for {taken}"

    def minimumSizeHint(self) -> QSize:
        """Return room for the smallest cells and their names."""
        side = _SMALLEST * len(self.classes)
        return QSize(int(self._left + side + 4), int(self._top + side + 4))

    def sizeHint(self) -> QSize:
        """Return room for comfortable cells."""
        side = 40 * len(self.classes)
        return QSize(int(self._left + side + 4), int(self._top + side + 4))

    def cell_rect(self, line: int, column: int) -> QRectF:
        """Return where a cell lies."""
        side = self._side
        return QRectF(self._left + column * side, self._top + line * side, side, side)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return the row and column at a place, or ``None`` beside the matrix."""
        column = int((place.x() - self._left) // self._side)
        line = int((place.y() - self._top) // self._side)
        inside = 0 <= line < len(self.classes) and 0 <= column < len(self.classes)
        return (line, column) if inside else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse."""
        cell = self.cell_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if cell else Qt.CursorShape.ArrowCursor)
        self.hovered.emit(self.words(*cell) if cell else "")

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the mouse is gone."""
        self.hovered.emit("")
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the mouse."""
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the chosen cell with the arrows."""
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.classes:
            super().keyPressEvent(event)
            return
        line, column = self.cell or (0, 0)
        last = len(self.classes) - 1
        self.choose(min(max(line + step[0], 0), last), min(max(column + step[1], 0), last))

    def event(self, event: QEvent) -> bool:
        """Show the sentence on a cell as its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(QPointF(event.pos()))
            if cell is not None:
                QToolTip.showText(event.globalPos(), self.words(*cell), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint cells, numbers where there is room for them, and names."""
        if not self.classes:
            return
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        self._paint_cells(painter)
        self._paint_names(painter)
        if self.cell is not None:
            painter.setPen(QColor(colours().text))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.cell_rect(*self.cell).adjusted(0, 0, -1, -1))

    def _paint_cells(self, painter: QPainter) -> None:
        if self._side < _NAMED_FROM:
            self._paint_dots(painter)
            return
        shades = colours()
        longest = "100 %" if self.as_shares else str(int(self.counted.max(initial=0)))
        with_numbers = painter.fontMetrics().horizontalAdvance(longest) + 4 <= self._side >= _NUMBER_PIXELS + 4
        for line in range(len(self.classes)):
            for column in range(len(self.classes)):
                room = self.cell_rect(line, column).adjusted(0, 0, -1, -1)
                part = float(self.shares[line, column])
                painter.fillRect(room, QColor(shades.sunken))
                if part:
                    colour = QColor(shades.accent if line == column else shades.bad)
                    colour.setAlphaF(0.15 + 0.85 * part)
                    painter.fillRect(room, colour)
                number = int(self.counted[line, column])
                if with_numbers and number:
                    painter.setPen(QColor(shades.on_accent if part > 0.45 else shades.text))
                    text = f"{part * 100:.0f} %" if self.as_shares else str(number)
                    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_dots(self, painter: QPainter) -> None:
        """Paint a picture with a dot a cell: hundreds of classes have a hundred thousand cells."""
        shades, size = colours(), len(self.classes)
        base, right, wrong = map(_rgb, (shades.sunken, shades.accent, shades.bad))
        strength = np.where(self.shares > 0, 0.15 + 0.85 * self.shares, 0.0)[..., None]
        colour = np.where(np.eye(size, dtype=bool)[..., None], right, wrong)
        pixels = np.ascontiguousarray(np.round(base + strength * (colour - base)).astype(np.uint8))
        image = QImage(pixels.data, size, size, 3 * size, QImage.Format.Format_RGB888)
        painter.drawImage(QRectF(self._left, self._top, self._side * size, self._side * size), image)

    def _paint_names(self, painter: QPainter) -> None:
        shades, metrics, side = colours(), painter.fontMetrics(), self._side
        whole = side * len(self.classes)
        painter.setPen(QColor(shades.muted))
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(self._left, 0, max(whole, 96), _AXIS - 4), Qt.AlignmentFlag.AlignLeft, "taken for")
        painter.save()
        painter.translate(0, self._top + whole)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, max(whole, 64), _AXIS - 4), Qt.AlignmentFlag.AlignRight, "true class")
        painter.restore()
        if side < _NAMED_FROM:
            return
        upright = self._upright
        for place, name in enumerate(self.classes):
            room = int(self._left) - _AXIS - 6
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            line = QRectF(_AXIS, self._top + place * side, room, side)
            painter.setPen(QColor(shades.text))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            if upright:
                above = QRectF(self._left + place * side, self._top - 20, side, 16)
                painter.drawText(above, centre, name)
                continue
            painter.save()
            painter.translate(self._left + place * side, self._top - 4)
            painter.rotate(-90)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, int(self._top) - _AXIS - 4)
            painter.drawText(QRectF(0, 0, self._top - _AXIS - 4, side), Qt.AlignmentFlag.AlignVCenter, text)
            painter.restore()

    @property
    def _longest(self) -> int:
        font = self.font()
        font.setPixelSize(11)
        metrics = QFontMetrics(font)
        return max((metrics.horizontalAdvance(name) for name in self.classes), default=0)

    @property
    def _label_room(self) -> int:
        return min(self._longest + 8, _LABEL_PIXELS)

    @property
    def _upright(self) -> bool:
        """Whether the columns' names fit above them as they are read."""
        return self._longest + 6 <= self._fitting(_AXIS + _NAME_LINE)

    def _fitting(self, top: float) -> float:
        size = max(len(self.classes), 1)
        room = min((self.width() - self._left - 4) / size, (self.height() - top - 4) / size)
        side = min(max(room, _SMALLEST), _LARGEST)
        return float(int(side)) if side >= _NAMED_FROM else side

    @property
    def _left(self) -> float:
        return _AXIS + self._label_room + 4

    @property
    def _top(self) -> float:
        return _AXIS + (_NAME_LINE if self._upright else min(self._label_room, 96))

    @property
    def _side(self) -> float:
        return self._fitting(self._top)


def _rgb(shade: str) -> np.ndarray:
    colour = QColor(shade)
    return np.array([colour.red(), colour.green(), colour.blue()], dtype=float)
