"""The pictures to label as a grid: each with its class on it, proposals dashed; keys label what is selected."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from desktop_app.window.arranged_grid import ArrangedGrid, ArrangedModel
from desktop_app.window.labelling.session import LabellingSession
from desktop_app.window.picture_chips import MARK_ROLE, ChipPainter, Mark
from desktop_app.window.thumbnails import Index
from desktop_app.window.wording import share


class LabelModel(ArrangedModel):
    """Some pictures of a session in some order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: LabellingSession | None = None

    def show_session(self, session: LabellingSession | None) -> None:
        """Show the pictures of another session, none of them yet."""
        self._session = session
        self.begin_with(list(session.paths) if session else [], list(session.names) if session else [])

    def marks_changed(self) -> None:
        """Have all chips painted again."""
        self.changed(MARK_ROLE)

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


class LabelGrid(ArrangedGrid):
    """``key_pressed`` carries a letter or figure; the other signals ask for what is to be done with the selection."""

    key_pressed = Signal(str)
    accept_asked = Signal()
    clear_asked = Signal()
    preview_asked = Signal()

    def __init__(self) -> None:
        self.pictures = LabelModel()
        super().__init__(self.pictures)
        self.setItemDelegate(ChipPainter(self.pictures, self))
        self.setAccessibleName("Pictures to label")
        self.doubleClicked.connect(lambda _index: self.preview_asked.emit())

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
