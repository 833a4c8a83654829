"""The rail at the left: one entry a page in the order of the work, each with a dot for its state."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout

from desktop_app.window.icons import icon
from desktop_app.window.theme import colours

PageState = Literal["empty", "ready", "running", "done", "attention"]
_STATE_WORDS: dict[PageState, str] = {
    "empty": "",
    "ready": "ready",
    "running": "working",
    "done": "done",
    "attention": "needs attention",
}
_WIDTH = 84


class RailButton(QToolButton):
    """A page's icon and name, with a dot in the corner that says its state by colour and shape."""

    def __init__(self, name: str, title: str, icon_name: str, shortcut: str) -> None:
        super().__init__()
        self.name, self._title, self._icon_name, self._shortcut = name, title, icon_name, shortcut
        self.state: PageState = "empty"
        self.setText(title)
        self.setAccessibleName(title)
        self.setProperty("look", "rail")
        self.setCheckable(True)
        self.setIconSize(QSize(24, 24))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.paint_icon()
        self.show_state("empty")

    def paint_icon(self) -> None:
        """Make the icon in the theme's colours: accent where the page is open."""
        shades = colours()
        made = QIcon(icon(self._icon_name))
        off = icon(self._icon_name).pixmap(QSize(24, 24), self.devicePixelRatioF())
        on = icon(self._icon_name, shades.accent).pixmap(QSize(24, 24), self.devicePixelRatioF())
        made = QIcon()
        made.addPixmap(off, QIcon.Mode.Normal, QIcon.State.Off)
        made.addPixmap(on, QIcon.Mode.Normal, QIcon.State.On)
        self.setIcon(made)

    def show_state(self, state: PageState) -> None:
        """Show how far this page's work is."""
        self.state = state
        words = _STATE_WORDS[state]
        self.setToolTip(f"{self._title}{': ' + words if words else ''} ({self._shortcut})")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, then the dot; a ring stands for work that goes on."""
        super().paintEvent(event)
        if self.state in ("empty", "ready"):
            return
        shades = colours()
        colour = {"running": shades.accent, "done": shades.good, "attention": shades.bad}[self.state]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(self.width() - 20, 12)
        if self.state == "running":
            pen = painter.pen()
            pen.setColor(QColor(colour))
            pen.setWidthF(2.0)
            painter.setPen(pen)
            painter.drawEllipse(centre, 4, 4)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(centre, 4, 4)


class Rail(QFrame):
    """Emits ``chosen`` with a page's name; entries after a gap are about Downslope, not about this work."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "rail")
        self.setFixedWidth(_WIDTH)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, RailButton] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 12, 8, 12)
        self._layout.setSpacing(4)
        self._layout.addStretch(1)

    def add(self, name: str, title: str, icon_name: str, *, at_end: bool = False) -> RailButton:
        """Add a page's entry; with ``at_end`` below the gap."""
        made = RailButton(name, title, icon_name, f"Ctrl+{len(self._buttons) + 1}")
        made.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(made)
        items = [self._layout.itemAt(place) for place in range(self._layout.count())]
        stretch = next(place for place, item in enumerate(items) if item is not None and item.spacerItem())
        self._layout.insertWidget(self._layout.count() if at_end else stretch, made)
        self._buttons[name] = made
        return made

    def button(self, name: str) -> RailButton:
        """Return a page's entry."""
        return self._buttons[name]

    def show_page(self, name: str) -> None:
        """Mark the page that is open."""
        self._buttons[name].setChecked(True)

    def recolour(self) -> None:
        """Take up the colours of a new scheme."""
        for made in self._buttons.values():
            made.paint_icon()
