"""What is compared in a lesson: one entry below the other, each with its plugins' forms and a colour of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.draft import Draft
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.form import Entry, Form
from desktop_app.window.forms.plugin_form import PluginForm
from desktop_app.window.icons import put
from desktop_app.window.plugin_shelf import PluginShelf
from desktop_app.window.theme import RUN_COLOURS, colours

MOST = len(RUN_COLOURS)
"""More entries than colours could not be told apart."""

# The palette's two blues are close together in the dark: the second comes late, and its faint yellow last.
_ORDER = (0, 1, 2, 3, 5, 4, 6)


@dataclass(frozen=True)
class Part:
    """A plugin that every entry chooses: its key and kind, and the choice that stands where the entry has none."""

    kind: str
    default: str
    extra_choices: tuple[str, ...] = ()


class Dot(QWidget):
    """A point in the colour of a curve."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place
        self.setFixedSize(12, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the point."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().runs[self.place % MOST]))
        painter.drawEllipse(QRectF(1, 1, 10, 10))


class ChoiceEntry(QWidget):
    """One entry; ``changed`` tells of its settings, ``removed`` of its button. A click on its name opens its forms."""

    changed = Signal()
    removed = Signal()

    def __init__(
        self, shelf: PluginShelf, parts: Sequence[Part], more: Sequence[Entry], values: Mapping[str, Any], place: int
    ) -> None:
        super().__init__()
        self.draft = Draft(self)
        if values:
            self.draft.update(values)
        self._parts = {part.kind: part for part in parts}
        self.dot = Dot(place)
        self.name = QToolButton()
        self.name.setProperty("look", "disclosure")
        self.name.setCheckable(True)
        self.name.setIconSize(QSize(14, 14))
        self.name.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.title = ElidedLabel("")
        self.remove = QToolButton()
        put(self.remove, "close")
        self.remove.setIconSize(QSize(14, 14))
        self.remove.clicked.connect(self.removed)
        head = row(self.name, self.dot, self.title, self.remove, spacing=6)
        head.setStretch(2, 1)
        self.forms = {
            part.kind: PluginForm(self.draft, shelf, part.kind, part.kind, part.default, part.extra_choices)
            for part in parts
        }
        self.rest = Form(self.draft, more)
        self.body = holding(column(*self.forms.values(), self.rest, spacing=8))
        inside = self.body.layout()
        if inside is not None:
            inside.setContentsMargins(20, 4, 0, 8)
        self.setLayout(column(head, self.body, spacing=0))
        self.name.toggled.connect(self._fold)
        self._fold(False)
        self.draft.changed.connect(self.changed)

    def choice(self, kind: str) -> tuple[str, dict[str, Any]]:
        """Return the plugin chosen, and the hyper-parameters that differ from its own defaults."""
        value = self.draft.get(kind, self._parts[kind].default)
        if isinstance(value, Mapping):
            return str(value["name"]), {key: setting for key, setting in value.items() if key != "name"}
        return str(value), {}

    def show_title(self, title: str) -> None:
        """Name the entry."""
        self.title.setText(title)
        self.name.setAccessibleName(f"Settings of {title}")
        self.remove.setAccessibleName(f"Remove {title}")
        self.remove.setToolTip(f"Remove {title}")

    def open(self) -> None:
        """Show its forms."""
        self.name.setChecked(True)

    def _fold(self, opened: bool) -> None:
        put(self.name, "expanded" if opened else "collapsed")
        self.body.setVisible(opened)


class ChoiceStack(QWidget):
    """A heading, the entries, and a button that adds one; ``changed`` tells of every change.

    Args:
        heading: What the entries are.
        parts: The plugins that each entry chooses.
        entries: The values that the stack begins with.
        named: Returns an entry's name.
        more: Fields of an entry besides its plugins.
        least: How many entries stay.
    """

    changed = Signal()

    def __init__(
        self,
        shelf: PluginShelf,
        heading: str,
        parts: Sequence[Part],
        entries: Sequence[Mapping[str, Any]],
        named: Callable[[ChoiceEntry], str],
        more: Sequence[Entry] = (),
        least: int = 1,
    ) -> None:
        super().__init__()
        self._shelf, self._parts, self._more, self._named, self._least = shelf, parts, more, named, least
        self.entries: list[ChoiceEntry] = []
        self.add_button = button("Add", self.add, "add", "flat")
        self.add_button.setToolTip(f"Up to {MOST} side by side")
        self._list = column(spacing=2)
        self.setLayout(column(row(label(heading, "heading"), None, self.add_button), self._list, spacing=4))
        for values in entries:
            self._put(values)
        self._allow()

    def add(self) -> None:
        """Add an entry like the last one, opened to be changed."""
        if len(self.entries) >= MOST:
            return
        for entry in self.entries:
            entry.name.setChecked(False)
        self._put(self.entries[-1].draft.values if self.entries else {}).open()
        self._allow()
        self.changed.emit()

    def refresh_names(self) -> None:
        """Name the entries anew: plugins may have changed."""
        for entry in self.entries:
            entry.show_title(self._named(entry))

    def _put(self, values: Mapping[str, Any]) -> ChoiceEntry:
        taken = {entry.dot.place for entry in self.entries}
        place = next(place for place in _ORDER if place not in taken)
        made = ChoiceEntry(self._shelf, self._parts, self._more, values, place)
        made.changed.connect(self._entry_changed)
        made.removed.connect(lambda: self._remove(made))
        self.entries.append(made)
        self._list.addWidget(made)
        made.show_title(self._named(made))
        return made

    def _remove(self, entry: ChoiceEntry) -> None:
        if len(self.entries) <= self._least:
            return
        self.entries.remove(entry)
        self._list.removeWidget(entry)
        entry.hide()
        entry.deleteLater()
        self._allow()
        self.changed.emit()

    def _entry_changed(self) -> None:
        self.refresh_names()
        self.changed.emit()

    def _allow(self) -> None:
        self.add_button.setEnabled(len(self.entries) < MOST)
        for entry in self.entries:
            entry.remove.setEnabled(len(self.entries) > self._least)
