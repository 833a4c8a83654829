"""What a page shows while it has nothing, is loading, or failed: one sentence and one button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_app.window.building_blocks import Paragraph, button, label
from desktop_app.window.icons import icon
from desktop_app.window.theme import colours

_ICON_PIXELS = 48
_TEXT_PIXELS = 460
_STEPS = 1000


class StatePanel(QWidget):
    """An icon, a title, a sentence and at most one button, in the middle of the page."""

    def __init__(self) -> None:
        super().__init__()
        self._icon_name, self._bad = "note", False
        self._icon = QLabel()
        self._title = label("", "heading")
        self._sentence = Paragraph("", _TEXT_PIXELS)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._busy = QProgressBar()
        self._busy.setTextVisible(False)
        self._busy.setFixedWidth(160)
        self._deed: Callable[[], object] = lambda: None
        self.button = button("", lambda: self._deed(), look="main")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 32, 32, 32)
        layout.setSpacing(12)
        layout.addStretch(2)
        for widget in (self._icon, self._title, self._sentence, self._busy, self.button):
            layout.addWidget(widget, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    @property
    def text(self) -> str:
        """Title and sentence as they are read."""
        return f"{self._title.text()} {self._sentence.text()}"

    def show_empty(
        self, icon_name: str, title: str, sentence: str, action: str = "", deed: Callable[[], object] | None = None
    ) -> None:
        """Say what will be seen here and what to do for it."""
        self._show(icon_name, title, sentence, action, deed, bad=False, busy=False)

    def show_loading(
        self, title: str, sentence: str = "", done: float | None = None, cancel: Callable[[], object] | None = None
    ) -> None:
        """Say what is being waited for; ``done`` is the share that is done, 0 to 1, where it is known."""
        self._show("", title, sentence, "Cancel" if cancel else "", cancel, bad=False, busy=True)
        if done is not None:
            self._busy.setRange(0, _STEPS)
            self._busy.setValue(round(done * _STEPS))

    def show_error(self, title: str, sentence: str, action: str = "", deed: Callable[[], object] | None = None) -> None:
        """Say what went wrong, and offer the one thing that can be done."""
        self._show("wrong", title, sentence, action, deed, bad=True, busy=False)

    def _show(
        self,
        icon_name: str,
        title: str,
        sentence: str,
        action: str,
        deed: Callable[[], object] | None,
        *,
        bad: bool,
        busy: bool,
    ) -> None:
        self._icon_name, self._bad = icon_name, bad
        self._paint_icon()
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        # A bar without an end keeps repainting: it runs only while it is seen.
        self._busy.setRange(0, 0 if busy else 1)
        self._busy.setVisible(busy)
        self._deed = deed or (lambda: None)
        self.button.setText(action)
        self.button.setVisible(bool(action))

    def changeEvent(self, event: QEvent) -> None:
        """Repaint the icon in the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icon()
        super().changeEvent(event)

    def _paint_icon(self) -> None:
        self._icon.setVisible(bool(self._icon_name))
        if self._icon_name:
            shades = colours()
            self._icon.setPixmap(icon(self._icon_name, shades.bad if self._bad else shades.muted).pixmap(_ICON_PIXELS))
