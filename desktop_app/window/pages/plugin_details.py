"""What there is to know of one plugin, and what can be done with it; stands in the inspector of the Plugins page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.switch import Switch
from desktop_app.window.icons import put
from desktop_app.window.pages.plugin_table import state_of
from desktop_app.window.wording import count, words
from desktop_app.window.wrapped_text import WrappedText

if TYPE_CHECKING:
    from desktop_app.registry import PluginRecord

# The adapter of a large package contributes hundreds of things: the Learn page lists them all.
_SHOWN = 12
_SHA_DIGITS = 12


class PluginDetails(QWidget):
    """``switched`` comes with whether the plugin is to be used, ``learn_asked`` with a contribution's kind and name."""

    switched = Signal(bool)
    learn_asked = Signal(object)

    def __init__(self, check: Callable[[], object], open_file: Callable[[], object]) -> None:
        super().__init__()
        self._record: PluginRecord | None = None
        self._empty = label("Choose a plugin to see what it brings along, and what can be done with it.", "muted", True)
        self.name = ElidedLabel("", "heading")
        self._what = ElidedLabel("", "muted")
        self.switch = Switch()
        self.switch.setAccessibleName("Use this plugin")
        self.switch.clicked.connect(self.switched)
        self._switch_text = label("")
        self.reason = WrappedText()
        self.reason.setAccessibleName("Reason")
        self.copy = button("Copy", self._copy, "copy", "flat")
        self.copy.setToolTip("Copy the reason")
        self._reason_box = holding(column(self.reason, row(self.copy, None), spacing=4))
        self._note = WrappedText(tone="muted")
        self._things = QVBoxLayout()
        self._things.setSpacing(4)
        self._things_head = label("", "section")
        self.check = button("Check", check, "check")
        self.check.setToolTip("Run every rule that plugins obey on this one")
        self.open = button("Open file", open_file, "open")
        self._file = ElidedLabel("", "small")
        self._sha256 = ElidedLabel("", "small")
        self._body = holding(
            column(
                column(self.name, self._what, spacing=0),
                row(self.switch, self._switch_text, None),
                self._reason_box,
                self._note,
                row(self.check, self.open, None),
                self._things_head,
                self._things,
                column(label("FILE", "section"), self._file, self._sha256, spacing=4),
                spacing=12,
            )
        )
        self.setLayout(column(self._empty, self._body))
        self.show_record(None)

    def show_record(self, record: PluginRecord | None) -> None:
        """Show this plugin; ``None`` where none is chosen."""
        if record is self._record and record is not None:
            return
        self._record = record
        self._empty.setVisible(record is None)
        self._body.setVisible(record is not None)
        if record is None:
            return
        self.name.setText(record.name)
        version = f", version {record.version}" if record.version else ""
        self._what.setText(f"{record.source[:1].upper()}{record.source[1:]} plugin{version}")
        on = record.status != "disabled"
        self.switch.setChecked(on)
        self._switch_text.setText({"ok": "Enabled", "failed": "Enabled, but it failed"}.get(record.status, "Disabled"))
        self._reason_box.setVisible(bool(record.error))
        self.reason.show_text(record.error, "bad")
        self._note.setVisible(bool(record.note) and on)
        self._note.show_text(record.note)
        self.open.setEnabled(Path(record.origin).is_file())
        self._file.setText(record.origin)
        self._sha256.setText(f"SHA-256 {record.sha256[:_SHA_DIGITS]}…" if record.sha256 else "")
        self._sha256.setToolTip(record.sha256)
        self._sha256.setVisible(bool(record.sha256))
        self._show_things(record)

    def _show_things(self, record: PluginRecord) -> None:
        while (item := self._things.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        titles = {(made.KIND, made.name): (made.title or made.name, made.summary) for made in record.contributions}
        self._things_head.setVisible(bool(record.things))
        self._things_head.setText("BRINGS ALONG" if state_of(record) == "ok" else "HAS")
        for thing in record.things[:_SHOWN]:
            title, summary = titles.get(thing, (thing[1], ""))
            self._things.addWidget(self._thing(thing, title, summary, used=thing in titles))
        if len(record.things) > _SHOWN:
            self._things.addWidget(label(f"and {count(len(record.things) - _SHOWN)} more", "small"))

    def _thing(self, thing: tuple[str, str], title: str, summary: str, used: bool) -> QWidget:
        name = ElidedLabel(title, "" if used else "muted")
        name.setToolTip(f"{title}\n{thing[1]}" if title != thing[1] else title)
        what = ElidedLabel(f"{words(thing[0])}{': ' + summary if summary else ''}", "small")
        for text in (name, what):
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        learn = QToolButton()
        put(learn, "learn")
        learn.setToolTip("Show its card on the Learn page")
        learn.setAccessibleName(f"Show {title} in Learn")
        learn.setVisible(used)
        learn.clicked.connect(lambda: self.learn_asked.emit(thing))
        texts = column(name, what, spacing=0)
        inner = row(texts, learn)
        inner.setStretch(0, 1)
        inner.setAlignment(learn, Qt.AlignmentFlag.AlignVCenter)
        return holding(inner)

    def _copy(self) -> None:
        if self._record is not None:
            QGuiApplication.clipboard().setText(f"{self._record.origin}: {self._record.error}")
