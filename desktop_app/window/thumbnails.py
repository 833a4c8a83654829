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

    def run(self) -> None:
        image = image_of(self._item, SIDE)
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

    def join(self) -> None:
        """Wait until no thread reads any more."""
        self._pool.clear()
        self._pool.waitForDone()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many samples are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a sample's picture (read on demand), or its caption as the tooltip."""
        place = index.row()
        if role == Qt.ItemDataRole.DecorationRole:
            if place in self._images:
                self._images.move_to_end(place)
                return self._images[place]
            if place not in self._asked:
                self._asked.add(place)
                self._pool.start(_Reader(self, self._generation, place, self._items[place]))
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
        while len(self._images) > _KEPT:
            self._images.popitem(last=False)
        index = self.index(place)
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
