"""The few small widgets that every page is put together from, so that all pages space and speak alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.icons import put

_ROW_PIXELS = 28


def label(text: str, look: str = "", wrap: bool = False) -> QLabel:
    """Return a plain-text label in one of the theme's looks."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if look:
        made.setProperty("look", look)
    return made


class Paragraph(QLabel):
    """A wrapped text of a fixed width that is as tall as it needs, wherever it is laid out."""

    def __init__(self, text: str, width: int, look: str = "muted") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setProperty("look", look)
        self.setFixedWidth(width)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show ``text``; layouts that align a widget do not ask how tall it is at its width, so it is said here."""
        super().setText(text)
        self.ensurePolished()
        self.setFixedHeight(max(self.heightForWidth(self.width()), 0))


def button(text: str, pressed: Callable[[], object], icon_name: str = "", look: str = "") -> QPushButton:
    """Return a button; ``look`` is empty, ``main`` or ``flat``."""
    made = QPushButton(text)
    if look:
        made.setProperty("look", look)
    if icon_name:
        put(made, icon_name, "on_accent" if look == "main" else "text")
        made.setIconSize(QSize(16, 16))
    made.clicked.connect(lambda: pressed())
    return made


def column(*parts: QWidget | QLayout | None, spacing: int = 8, margins: int = 0) -> QVBoxLayout:
    """Return a vertical layout of widgets and layouts; ``None`` is a stretch."""
    return _filled(QVBoxLayout(), parts, spacing, margins)


def row(*parts: QWidget | QLayout | None, spacing: int = 8, margins: int = 0) -> QHBoxLayout:
    """Return a horizontal layout of widgets and layouts; ``None`` is a stretch."""
    return _filled(QHBoxLayout(), parts, spacing, margins)


_L = TypeVar("_L", bound=QBoxLayout)


def _filled(layout: _L, parts: tuple[QWidget | QLayout | None, ...], spacing: int, margins: int) -> _L:
    layout.setSpacing(spacing)
    layout.setContentsMargins(margins, margins, margins, margins)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return layout


def holding(layout: QLayout, look: str = "") -> QWidget:
    """Return a widget that holds ``layout``, in one of the theme's looks."""
    made = QFrame()
    made.setFrameShape(QFrame.Shape.NoFrame)
    if look:
        made.setProperty("look", look)
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    made.setLayout(layout)
    return made


def make_row_list(table: QTableView, name: str) -> None:
    """Make of a table a list of rows that are read and chosen whole, one at a time; ``name`` is read aloud."""
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(_ROW_PIXELS)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setAccessibleName(name)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    table.horizontalHeader().setHighlightSections(False)


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet asks for, and have it looked at again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Figure(QFrame):
    """A number that matters, with what it is below it; on a card of its own unless ``flat``."""

    def __init__(self, caption: str, *, flat: bool = False) -> None:
        super().__init__()
        self.setProperty("look", "" if flat else "card")
        self._value = ElidedLabel("–", "figure")
        self._caption = ElidedLabel(caption, "small")
        self.setLayout(column(self._value, self._caption, spacing=0, margins=0 if flat else 12))

    def show_value(self, value: str, caption: str | None = None, tooltip: str = "") -> None:
        """Show ``value``, and ``caption`` below it where it changes."""
        self._value.setText(value)
        if caption is not None:
            self._caption.setText(caption)
        if tooltip:
            self._value.setToolTip(tooltip)

    @property
    def value(self) -> str:
        """What is shown."""
        return self._value.text()
