"""A picture in large over the window, with its name; a click or Escape closes it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from desktop_app.window.background import Background
from desktop_app.window.building_blocks import column
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.thumbnails import image_of

SIDE = 480
_PLACE = "enlarged picture"


class PicturePopup(QFrame):
    """Made once and shown again for each picture, which is read behind the window."""

    def __init__(self, parent: QWidget, background: Background) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._background, self._owner = background, parent
        self.picture = QLabel("Reading the picture…")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(SIDE, SIDE)
        self.name = ElidedLabel("", "small")
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(column(self.picture, self.name, margins=12))
        self.setFixedWidth(SIDE + 24)

    def show_picture(self, item: Any, name: str) -> None:
        """Show ``item`` (a path or ``uint8 [height, width, 3]``) in the middle of the window."""
        self.name.setText(name)
        self.picture.setPixmap(QPixmap())
        self.picture.setText("Reading the picture…")
        self.adjustSize()
        window = self._owner.window()
        self.move(window.mapToGlobal(window.rect().center()) - self.rect().center())
        self.show()
        self._background.run(_PLACE, lambda: image_of(item, SIDE), self._arrived, self._failed)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Close."""
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with any key, as Escape does."""
        event.accept()
        self.close()

    def _arrived(self, image: QImage) -> None:
        if image.isNull():
            self.picture.setText("The picture cannot be read.")
        else:
            self.picture.setPixmap(QPixmap.fromImage(image))

    def _failed(self, _error: BaseException) -> None:
        self.picture.setText("The picture cannot be read.")
