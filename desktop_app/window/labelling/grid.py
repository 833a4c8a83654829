"""The pictures to label as a grid: each with its class on it, proposals dashed; keys label what is selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QListView

from desktop_app.window.labelling.painting import LabelPainter
from desktop_app.window.labelling.session import LabellingSession
from desktop_app.window.thumbnails import ThumbnailModel
from desktop_app.window.wording import share

MARK_ROLE = Qt.ItemDataRole.UserRole
SIDES = (96, 144, 208, 320)
Index = QModelIndex | QPersistentModelIndex
_Update = QItemSelectionModel.SelectionFlag


@dataclass(frozen=True)
class Mark:
    """What a picture's chip says; ``confidence`` is that of a proposal, ``None`` where the person chose the class."""

    name: str
    order: int
    confidence: float | None


class LabelModel(ThumbnailModel):
    """Some pictures of a session in some order; a picture that was read stays, whatever is shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: LabellingSession | None = None
        self._shown: list[int] = []
        self._rows: dict[int, int] = {}

    @property
    def shown(self) -> Sequence[int]:
        """The places that are shown, in their order."""
        return self._shown

    def show_session(self, session: LabellingSession | None) -> None:
        """Show the pictures of another session, none of them yet."""
        self._session = session
        self._shown, self._rows = [], {}
        self.show_items(list(session.paths) if session else [], list(session.names) if session else [])

    def show_places(self, places: list[int]) -> None:
        """Show these pictures in this order."""
        self.beginResetModel()
        self._shown = places
        self._rows = {place: row for row, place in enumerate(places)}
        self.endResetModel()

    def marks_changed(self) -> None:
        """Have all chips painted again."""
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1), [MARK_ROLE])

    def place_at(self, row: int) -> int:
        """Return the place of the picture in a row."""
        return self._shown[row]

    def row_of(self, place: int) -> int | None:
        """Return the row of the picture at ``place``, ``None`` where it is not shown."""
        return self._rows.get(place)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many pictures are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the picture, its ``Mark``, or in words what it is."""
        if role == MARK_ROLE:
            return self._mark(self._shown[index.row()])
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            place = self._shown[index.row()]
            return f"{super().data(index, role)}\n{self._in_words(place)}"
        return super().data(index, role)

    def _mark(self, place: int) -> Mark | None:
        session = self._session
        if session is None:
            return None
        label, proposal = session.label_of(place), session.proposals.get(place)
        if label is not None:
            return Mark(label, session.sheet.classes.index(label), None)
        if proposal is not None:
            return Mark(proposal.name, session.sheet.classes.index(proposal.name), proposal.confidence)
        return None

    def _in_words(self, place: int) -> str:
        mark = self._mark(place)
        if mark is not None:
            return f"labelled {mark.name}" if mark.confidence is None else f"{mark.name}? {share(mark.confidence)} sure"
        unreadable = self._session is not None and place in self._session.unreadable
        return "cannot be read" if unreadable else "not labelled"


class LabelGrid(QListView):
    """``key_pressed`` carries a letter or figure; the other signals ask for what is to be done with the selection."""

    key_pressed = Signal(str)
    accept_asked = Signal()
    clear_asked = Signal()
    preview_asked = Signal()
    zoom_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.pictures = LabelModel(self)
        self.setModel(self.pictures)
        self.setItemDelegate(LabelPainter(self.pictures, self))
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
        self.setAccessibleName("Pictures to label")
        self.doubleClicked.connect(lambda _index: self.preview_asked.emit())

    @property
    def selected(self) -> list[int]:
        """The places of the selected pictures, in the order in which they are shown."""
        return [self.pictures.place_at(row) for row in sorted(index.row() for index in self.selectedIndexes())]

    @property
    def current(self) -> int | None:
        """The place of the picture that the keyboard is at."""
        index = self.currentIndex()
        return self.pictures.place_at(index.row()) if index.isValid() else None

    def select(self, places: Iterable[int]) -> None:
        """Select the pictures at ``places`` alone, as far as they are shown; the first becomes the current one."""
        rows = sorted(row for row in map(self.pictures.row_of, places) if row is not None)
        chosen = QItemSelection()
        for first, last in _runs(rows):
            chosen.select(self.pictures.index(first), self.pictures.index(last))
        model = self.selectionModel()
        if rows:
            model.setCurrentIndex(self.pictures.index(rows[0]), _Update.NoUpdate)
            self._bring_into_sight(rows[0])
        model.select(chosen, _Update.ClearAndSelect)

    def show_places(self, places: list[int]) -> None:
        """Show these pictures; what was selected and is still shown stays so, at the same height."""
        selected, height = self.selected, self.verticalScrollBar().value()
        self.pictures.show_places(places)
        if selected:
            self.select(selected)
        self.verticalScrollBar().setValue(height)

    def _bring_into_sight(self, row: int) -> None:
        """Scroll where a picture is not whole in sight, and then so that what follows is seen as well."""
        index = self.pictures.index(row)
        if not self.viewport().rect().contains(self.visualRect(index)):
            self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current picture in sight."""
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def zoom(self, side: int) -> None:
        """Show the pictures ``side`` pixels wide or high, around the current one."""
        self.pictures.show_larger_or_smaller(side)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QListView.ScrollHint.PositionAtCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Label with a class's key, accept with Enter, take a label off with Delete, look closely with Space."""
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        key = event.key()
        if plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept_asked.emit()
        elif plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear_asked.emit()
        elif plain and key == Qt.Key.Key_Space:
            self.preview_asked.emit()
        elif plain and event.text().isprintable() and event.text().strip():
            self.key_pressed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl and the wheel, scroll with the wheel alone."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoom_asked.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return ascending rows as first and last of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
