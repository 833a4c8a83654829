"""The line above the pictures: which are shown, in which order, accepting in bulk, undo and zoom."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QToolButton, QWidget

from desktop_app.window.building_blocks import button, row
from desktop_app.window.icons import put
from desktop_app.window.labelling.session import LabellingSession
from desktop_app.window.labelling.shown import Filter, Order

SURE = 0.9
"""The confidence from which proposals are accepted in bulk."""

_FILTERS = {
    "All pictures": Filter("all"),
    "Unlabelled": Filter("unlabelled"),
    "Proposed": Filter("proposed"),
    "Cannot be read": Filter("unreadable"),
}
_ORDERS: dict[str, Order] = {"By name": "name", "Surest first": "surest", "Least sure first": "least sure"}
_LONGEST = 24


class LabellingTools(QWidget):
    """``sorted_anew``: another filter or order, or the same order once more; ``zoomed`` carries 1 or -1."""

    sorted_anew = Signal()
    zoomed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._classes: tuple[str, ...] | None = None
        self.which = _choice("Which pictures are shown")
        self.how = _choice("Order of the pictures")
        self.how.setToolTip("Surest first for accepting many at once, least sure first for teaching most")
        for text, order in _ORDERS.items():
            self.how.addItem(text, order)
        self.accept = button("", lambda: None, "check")
        self.accept.setToolTip("Makes labels of all proposals that are at least 90 % sure; Ctrl+Z takes them back")
        self.accept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.undo = _icon_button("undo", "Undo (Ctrl+Z)")
        smaller, larger = _icon_button("less", "Smaller pictures"), _icon_button("add", "Larger pictures")
        smaller.clicked.connect(lambda: self.zoomed.emit(-1))
        larger.clicked.connect(lambda: self.zoomed.emit(1))
        self.setLayout(row(self.which, self.how, None, self.accept, self.undo, smaller, larger))
        self._list_filters(())
        # Chosen by a person, the same one, too: that sorts what has moved on since.
        self.which.activated.connect(lambda _place: self.sorted_anew.emit())
        self.how.activated.connect(lambda _place: self.sorted_anew.emit())

    @property
    def filter(self) -> Filter:
        """Which pictures are asked for."""
        found = self.which.currentData()
        return found if isinstance(found, Filter) else Filter()

    @property
    def order(self) -> Order:
        """In which order."""
        return cast("Order", self.how.currentData())

    def start_again(self) -> None:
        """Show all by name."""
        self.which.setCurrentIndex(0)
        self.how.setCurrentIndex(0)

    def show_class(self, name: str) -> None:
        """Show what is labelled with, or proposed as, one class."""
        for place in range(self.which.count()):
            if self.which.itemData(place) == Filter("class", name):
                self.which.setCurrentIndex(place)
                self.sorted_anew.emit()

    def show_session(self, session: LabellingSession) -> None:
        """Offer the classes there are, and say how many proposals would be accepted."""
        if session.sheet.classes != self._classes:
            self._list_filters(session.sheet.classes)
        number = len(session.sure(SURE))
        self.accept.setText(f"Accept all above 90 % ({number:,})")
        self.accept.setEnabled(number > 0)
        self.undo.setEnabled(session.sheet.can_undo)

    def _list_filters(self, classes: tuple[str, ...]) -> None:
        self._classes = classes
        before = self.filter
        self.which.clear()
        for text, chosen in _FILTERS.items():
            self.which.addItem(text, chosen)
        for name in classes:
            self.which.addItem(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…", Filter("class", name))
        # A class that is gone cannot be shown alone any more.
        self.which.setCurrentIndex(0)
        for place in range(self.which.count()):
            if self.which.itemData(place) == before:
                self.which.setCurrentIndex(place)


def _choice(name: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setMinimumWidth(136)
    return made


def _icon_button(icon_name: str, words: str) -> QToolButton:
    made = QToolButton()
    put(made, icon_name)
    made.setToolTip(words)
    made.setAccessibleName(words)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
