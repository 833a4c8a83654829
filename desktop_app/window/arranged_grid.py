"""A grid of many pictures of which some are shown in some order, and the model behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QListView

from desktop_app.window.thumbnails import Index, ThumbnailModel

SIDES = (96, 144, 208, 320)
_Update = QItemSelectionModel.SelectionFlag


class ArrangedModel(ThumbnailModel):
    """Samples are known by their place; a picture that was read stays, whatever is shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: list[int] = []
        self._rows: dict[int, int] = {}

    @property
    def shown(self) -> Sequence[int]:
        """The places that are shown, in their order."""
        return self._shown

    def begin_with(self, items: list[Any], captions: Sequence[str] = ()) -> None:
        """Take these samples in place of the ones before, and show none of them yet."""
        self._shown, self._rows = [], {}
        self.show_items(items, captions)

    def add_items(self, items: Iterable[Any]) -> None:
        """Take more samples after the ones there are; they are not shown yet."""
        self._items.extend(items)

    def show_places(self, places: list[int]) -> None:
        """Show these samples in this order."""
        self.beginResetModel()
        self._shown = places
        self._rows = {place: row for row, place in enumerate(places)}
        self.endResetModel()

    def place_at(self, row: int) -> int:
        """Return the place of the sample in a row."""
        return self._shown[row]

    def row_of(self, place: int) -> int | None:
        """Return the row of the sample at ``place``, ``None`` where it is not shown."""
        return self._rows.get(place)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many samples are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def changed(self, role: Qt.ItemDataRole) -> None:
        """Have one side of all samples asked for again."""
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1), [role])


class ArrangedGrid(QListView):
    """A grid of an ``ArrangedModel``; Ctrl and the wheel ask for larger or smaller pictures, 1 or -1."""

    zoom_asked = Signal(int)

    def __init__(self, pictures: ArrangedModel) -> None:
        super().__init__()
        self._arranged = pictures
        pictures.setParent(self)
        self.setModel(pictures)
        # Rows of equal cells: with thousands of pictures far quicker to lay out than Qt's freely placed icons.
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)

    @property
    def selected(self) -> list[int]:
        """The places of the selected pictures, in the order in which they are shown."""
        return [self._arranged.place_at(row) for row in sorted(index.row() for index in self.selectedIndexes())]

    @property
    def current(self) -> int | None:
        """The place of the picture that the keyboard is at."""
        index = self.currentIndex()
        return self._arranged.place_at(index.row()) if index.isValid() else None

    def select(self, places: Iterable[int]) -> None:
        """Select the pictures at ``places`` alone, as far as they are shown; the first becomes the current one."""
        rows = sorted(row for row in map(self._arranged.row_of, places) if row is not None)
        chosen = QItemSelection()
        for first, last in _runs(rows):
            chosen.select(self._arranged.index(first), self._arranged.index(last))
        model = self.selectionModel()
        if rows:
            model.setCurrentIndex(self._arranged.index(rows[0]), _Update.NoUpdate)
            self._bring_into_sight(rows[0])
        model.select(chosen, _Update.ClearAndSelect)

    def show_places(self, places: list[int]) -> None:
        """Show these pictures; what was selected and is still shown stays so, at the same height."""
        selected, height = self.selected, self.verticalScrollBar().value()
        self._arranged.show_places(places)
        if selected:
            self.select(selected)
        self.verticalScrollBar().setValue(height)

    def zoom(self, side: int) -> None:
        """Show the pictures ``side`` pixels wide or high, around the current one."""
        self._arranged.show_larger_or_smaller(side)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QListView.ScrollHint.PositionAtCenter)

    def cell_width(self, least: int) -> int:
        """Return how wide cells of at least so many pixels are where a row's cells share its whole width evenly."""
        # Qt lays out beside the scroll bar whether that is shown or not, and wants a pixel to spare.
        room = self.maximumViewportSize().width() - self.verticalScrollBar().sizeHint().width() - 1
        return max(room // max(room // least, 1), least)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current picture in sight."""
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl and the wheel, scroll with the wheel alone."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoom_asked.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def _bring_into_sight(self, row: int) -> None:
        """Scroll where a picture is not whole in sight, and then so that what follows is seen as well."""
        index = self._arranged.index(row)
        if not self.viewport().rect().contains(self.visualRect(index)):
            self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return ascending rows as first and last of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
