"""Pictures of the data as a grid: read lazily, a few at a time, so that thousands scroll smoothly."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRunnable,
    QSize,
    Qt,
    QThreadPool,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.errors import DownslopeError
from desktop_app.window.theme import colours

SIDE = 96
_KEPT = 2000
_THREADS = 1
_TOGETHER = 64
Index = QModelIndex | QPersistentModelIndex


def image_of(item: Any, side: int) -> QImage:
    """Return a sample's picture (a path or ``uint8 [height, width, 3]``), scaled to ``side``; null if unreadable."""
    if isinstance(item, str | Path):
        from desktop_app.reading.pictures import read_picture

        try:
            picture = read_picture(Path(item))
        except (DownslopeError, OSError):
            return QImage()
        picture.thumbnail((2 * side, 2 * side))
        item = np.asarray(picture)
    pixels = np.ascontiguousarray(item)
    if pixels.shape[2] == 1:
        pixels = np.ascontiguousarray(np.repeat(pixels, 3, axis=2))
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    fast = max(width, height) < side
    how = Qt.TransformationMode.FastTransformation if fast else Qt.TransformationMode.SmoothTransformation
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, how).copy()


class _Reader(QRunnable):
    """Reads one picture on a pool's thread; the signal carries it over."""

    def __init__(self, model: ThumbnailModel, generation: int, place: int, item: Any) -> None:
        super().__init__()
        self._model, self._generation, self._place, self._item = model, generation, place, item
        self._side = model.side

    def run(self) -> None:
        image = image_of(self._item, self._side)
        self._model.arrived.emit((self._generation, self._place, image))


class ThumbnailModel(QAbstractListModel):
    """Some of the samples, as pictures with a caption; ``join`` must be called before it is gone."""

    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Any] = []
        self._captions: Sequence[str] = ()
        self._images: OrderedDict[int, QPixmap] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0
        self._number = 0
        self.side = SIDE
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_THREADS)
        self.arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def show_items(self, items: list[Any], captions: Sequence[str]) -> None:
        """Show these samples in place of the ones before."""
        self._pool.clear()
        self.beginResetModel()
        self._generation += 1
        self._items, self._captions = items, captions
        self._images.clear()
        self._asked.clear()
        self.endResetModel()

    def set_captions(self, captions: list[str]) -> None:
        """Change what is said of the samples on show; their pictures stay."""
        self._captions = captions
        if captions:
            self.dataChanged.emit(self.index(0), self.index(len(captions) - 1))

    def join(self) -> None:
        """Wait until no thread reads any more."""
        self._pool.clear()
        self._pool.waitForDone()

    def show_larger_or_smaller(self, side: int) -> None:
        """Read the pictures anew, ``side`` pixels wide or high."""
        self._pool.clear()
        self._generation += 1
        self.side = side
        self._images.clear()
        self._asked.clear()
        self.layoutChanged.emit()

    def place_at(self, row: int) -> int:
        """Return which of the samples stands in a row."""
        return row

    def row_of(self, place: int) -> int | None:
        """Return the row in which a sample stands, ``None`` where it is not shown."""
        return place

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many samples are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a sample's picture (read on demand), or its caption as the tooltip."""
        place = self.place_at(index.row())
        if role == Qt.ItemDataRole.DecorationRole:
            if place in self._images:
                self._images.move_to_end(place)
                return self._images[place]
            if place not in self._asked:
                self._asked.add(place)
                # What was asked for last is in sight now: read before what was scrolled past, a page in its order.
                self._number += 1
                self._pool.start(_Reader(self, self._generation, place, self._items[place]), self._number // _TOGETHER)
            return None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._captions[place]
        return None

    @Slot(object)
    def _take(self, arrival: tuple[int, int, QImage]) -> None:
        generation, place, image = arrival
        if generation != self._generation:
            return
        self._images[place] = QPixmap.fromImage(image)
        self._asked.discard(place)
        while len(self._images) * self.side**2 > _KEPT * SIDE**2:
            self._images.popitem(last=False)
        row = self.row_of(place)
        if row is None:
            return
        index = self.index(row)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


class _Painter(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(SIDE + 8, SIDE + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shades = colours()
        frame: QRect = option.rect.adjusted(4, 4, -4, -4)  # type: ignore[attr-defined]
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if pixmap is None or pixmap.isNull():
            painter.fillRect(frame, QColor(shades.bad_soft if pixmap is not None else shades.sunken))
        else:
            painter.fillRect(frame, QColor(shades.sunken))
            corner = frame.center() - pixmap.rect().center()
            painter.drawPixmap(corner, pixmap)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setPen(QColor(shades.accent))
            painter.drawRect(frame)


class ThumbnailGrid(QListView):
    """A grid of ``ThumbnailModel``."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures = ThumbnailModel(self)
        self.setModel(self.pictures)
        self.setItemDelegate(_Painter(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Pictures of the data")
