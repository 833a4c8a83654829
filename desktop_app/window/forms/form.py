"""A form: fields bound to keys of the draft, both ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.window.building_blocks import column
from desktop_app.window.draft import Draft
from desktop_app.window.forms.field import Field


@dataclass(frozen=True)
class Entry:
    """One field of a form: the draft's key and what may stand there; ``texts`` names choices in a person's words."""

    key: str
    parameter: Parameter
    title: str = ""
    texts: dict[Any, str] = field(default_factory=dict)


class Form(QWidget):
    """Fields one below the other; a value that equals its default is removed from the draft."""

    def __init__(self, draft: Draft, entries: Iterable[Entry]) -> None:
        super().__init__()
        self._draft = draft
        self.fields: dict[str, Field] = {}
        layout = column(spacing=8)
        self.setLayout(layout)
        for entry in entries:
            made = Field(entry.parameter, entry.title, entry.texts)
            made.edited.connect(lambda value, entry=entry: self._write(entry, value))
            made.put_back.connect(lambda entry=entry: draft.remove(entry.key))
            self.fields[entry.key] = made
            layout.addWidget(made)
        draft.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what stands in the draft."""
        for key, shown in self.fields.items():
            default = None if shown.parameter.required else shown.parameter.default
            value = self._draft.get(key, default)
            shown.show_value(value, differs=not same(value, default))

    def show_problem(self, key: str, text: str) -> bool:
        """Say what is wrong beside the field of ``key``, and that nothing is beside the others."""
        for name, shown in self.fields.items():
            shown.show_wrong(text if _belongs(key, name) else "")
        return any(_belongs(key, name) for name in self.fields)

    def _write(self, entry: Entry, value: Any) -> None:
        default = None if entry.parameter.required else entry.parameter.default
        self._draft.set(entry.key, None if same(value, default) else value)


def _belongs(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}.")


def same(value: Any, default: Any) -> bool:
    """Return whether a value is the default; a list equals the tuple of the same values, 1 is not True."""
    if isinstance(value, list | tuple) and isinstance(default, list | tuple):
        return list(value) == list(default)
    return type(value) is type(default) and bool(value == default)
