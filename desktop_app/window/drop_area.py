"""A large area to drop files on, with buttons for those who would rather choose."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from desktop_app.window.building_blocks import Paragraph, label, restyle, row
from desktop_app.window.icons import icon
from desktop_app.window.theme import colours

_TEXT_PIXELS = 460
_ICON_PIXELS = 40


def paths_in(mime: QMimeData) -> list[Path]:
    """Return the local files and folders that are being dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


class DropArea(QFrame):
    """``dropped`` carries a list of paths."""

    dropped = Signal(object)

    def __init__(self, title: str, sentence: str, *buttons: QPushButton) -> None:
        super().__init__()
        self.setObjectName("drop")
        self.setProperty("look", "drop")
        self.setAcceptDrops(True)
        self._icon = QLabel()
        self._icon.setPixmap(icon("drop", colours().accent).pixmap(_ICON_PIXELS))
        self._heading = label(title, "title")
        self._text = Paragraph(sentence, _TEXT_PIXELS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addStretch(2)
        for widget in (self._icon, self._heading, self._text):
            layout.addWidget(widget, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addLayout(row(None, *buttons, None))
        layout.addStretch(3)

    def say(self, title: str, sentence: str) -> None:
        """Ask for something else than before."""
        self._heading.setText(title)
        self._text.setText(sentence)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._icon.setPixmap(icon("drop", colours().accent).pixmap(_ICON_PIXELS))
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show that files can be dropped here."""
        if paths_in(event.mimeData()):
            restyle(self, "over", "true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Show that nothing is dragged over any more."""
        restyle(self, "over", "false")

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the files over."""
        restyle(self, "over", "false")
        paths = paths_in(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)
