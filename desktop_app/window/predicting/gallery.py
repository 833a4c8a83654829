"""The pictures that were predicted as a grid: each with its label and how sure it is, or as what it was added."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from desktop_app.window.arranged_grid import ArrangedGrid, ArrangedModel
from desktop_app.window.picture_chips import MARK_ROLE, ChipPainter, Mark
from desktop_app.window.predicting.results import Results
from desktop_app.window.theme import colours
from desktop_app.window.thumbnails import Index
from desktop_app.window.wording import share

_UNSURE_ROLE = Qt.ItemDataRole.UserRole + 1
_BADGE = 20


class GalleryModel(ArrangedModel):
    """The pictures of some results; ``added`` says as what a picture was put into the training data, by place."""

    def __init__(self) -> None:
        super().__init__()
        self._results = Results()
        self._orders: dict[str, int] = {}
        self._added: Mapping[int, str] = {}

    def show_results(self, results: Results, added: Mapping[int, str]) -> None:
        """Take other results, and show none of them yet."""
        self._results, self._added = results, added
        self._orders = {name: place for place, name in enumerate(results.labels)}
        self.begin_with([])
        self.take_new()

    def take_new(self) -> None:
        """Take what has come in since."""
        self.add_items(Path(found.input) for found in self._results.predictions[len(self._items) :])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the picture, its ``Mark``, whether it is unsure, or all of it in words."""
        if role == Qt.ItemDataRole.DecorationRole:
            return super().data(index, role)
        place = self.place_at(index.row())
        if role == MARK_ROLE:
            return self._mark(place)
        if role == _UNSURE_ROLE:
            return self._results.predictions[place].unsure and place not in self._added
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._in_words(place)
        return None

    def _mark(self, place: int) -> Mark | None:
        found = self._results.predictions[place]
        name = self._added.get(place)
        if name is not None:
            return Mark(name, self._orders.get(name, len(self._orders)), None)
        if found.label is not None:
            return Mark(found.label, self._orders.get(found.label, 0), found.probability)
        return None

    def _in_words(self, place: int) -> str:
        found = self._results.predictions[place]
        if found.problem is not None:
            return f"{found.input}\n{found.problem}"
        words = f"{found.label} {share(found.probability)}" if found.label is not None else f"{found.value}"
        unsure = ", not sure" if found.unsure else ""
        added = f"\nadded to the training data as {self._added[place]}" if place in self._added else ""
        return f"{found.input}\n{words}{unsure}{added}"


class _GalleryPainter(ChipPainter):
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the picture with its chip, and a question mark on what the model is not sure of."""
        super().paint(painter, option, index)
        if not index.data(_UNSURE_ROLE):
            return
        shades = colours()
        cell = self.square_in(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        badge = QRectF(cell.right() - _BADGE - 10, cell.top() + 10, _BADGE, _BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shades.warning))
        painter.drawEllipse(badge)
        painter.setPen(QColor(shades.surface))
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, "?")
        painter.restore()


class Gallery(ArrangedGrid):
    """``confirmed``: Enter, on what is selected. ``key_pressed`` carries a letter or figure."""

    confirmed = Signal()
    key_pressed = Signal(str)

    def __init__(self) -> None:
        self.pictures = GalleryModel()
        super().__init__(self.pictures)
        self.setItemDelegate(_GalleryPainter(self.pictures, self))
        self.setAccessibleName("Pictures with their predictions")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Confirm with Enter, and hand on letters and figures; all else moves and selects."""
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirmed.emit()
        elif plain and event.text().isprintable() and event.text().strip():
            self.key_pressed.emit(event.text())
        else:
            super().keyPressEvent(event)
