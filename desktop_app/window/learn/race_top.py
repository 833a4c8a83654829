"""The line above the map: which surface, what it is like or what happens, and what can be saved."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from desktop_app.engine.learn.surfaces import SURFACES, Surface
from desktop_app.window.building_blocks import button, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.learn.race_transport import tool

_OWN = "Your own loss…"


class RaceTop(QWidget):
    """``chosen`` carries the place of a surface in the list; the place after the last is the person's own loss.

    ``words``, a line of its own, says what the surface is like or what happens; it is laid out by who has the room.
    """

    chosen = Signal(int)
    cancelled = Signal()
    curves_toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._summary = ""
        self.choice = ChoiceBox()
        self.choice.setAccessibleName("Surface")
        self.choice.setMinimumWidth(100)
        self.choice.setMaximumWidth(180)
        for surface in SURFACES:
            self.choice.addItem(surface.title)
        self.choice.addItem(_OWN)
        self.choice.activated.connect(self.chosen)
        self.words = ElidedLabel("", "small")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.progress = QProgressBar()
        self.progress.setFixedWidth(72)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.cancel = button("Cancel", self.cancelled.emit, look="flat")
        self.cancel.hide()
        self.curves = tool("curves", "Show the curves of loss and step size", checkable=True)
        self.curves.toggled.connect(self.curves_toggled)
        self.save = tool("save", "Save the picture, the drawing or the numbers")
        layout = row(self.choice, None, self.progress, self.cancel, self.curves, self.save)
        layout.setStretch(0, 100)
        self.setLayout(layout)

    def show_surface(self, surface: Surface) -> None:
        """Show which surface is raced on, and what it is like."""
        place = SURFACES.index(surface) if surface in SURFACES else len(SURFACES)
        self.choice.setCurrentIndex(place)
        self._summary = surface.summary
        self.say("")

    def say(self, text: str) -> None:
        """Show ``text``; an empty one shows again what the surface is like."""
        self.words.setText(text or self._summary)

    def show_progress(self, text: str, share: float | None, *, cancellable: bool = False) -> None:
        """Show how far something is that takes a while; ``None``: nothing does any more."""
        if share is None:
            if not self.progress.isHidden():
                self.say("")
        else:
            self.say(text)
            self.progress.setValue(round(100 * share))
        self.progress.setVisible(share is not None)
        self.cancel.setVisible(share is not None and cancellable)

    def show_curves_button(self, shown: bool) -> None:
        """Show the button pressed or not, without saying so."""
        self.curves.blockSignals(True)
        self.curves.setChecked(shown)
        self.curves.blockSignals(False)
