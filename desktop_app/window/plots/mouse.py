"""How every plot answers the mouse: the wheel zooms, dragging pans, a double click fits, a right click saves."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal


class PlotMouse(pg.ViewBox):
    """Tells of a right click; everything else it does itself."""

    asked_to_save = Signal(object)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Fit everything again."""
        self.enableAutoRange()
        event.accept()

    def mouseClickEvent(self, event: Any) -> None:
        """Ask for the menu for saving."""
        if event.button() == Qt.MouseButton.RightButton:
            event.accept()
            self.asked_to_save.emit(event.screenPos())
