"""The settings of one entrant: the same fields as everywhere, made from its plugin's signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.window.building_blocks import column, label
from desktop_app.window.forms.field import Field


class RaceSettings(QWidget):
    """``edited`` carries the name and the new value of a setting, ``put_back`` the name of one to be left to itself."""

    edited = Signal(str, object)
    put_back = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self._built: tuple[object, ...] = ()
        self._problem = label("", "bad", wrap=True)
        self._rate_note = label("", "small", wrap=True)
        self._layout = column(self._problem, spacing=8)
        self.setLayout(self._layout)

    def show_settings(
        self, optimizer: str, parameters: tuple[Parameter, ...], hyper: Mapping[str, Any], note: str, problem: str
    ) -> None:
        """Show the settings of an entrant.

        Args:
            optimizer: Its plugin.
            parameters: What can be set.
            hyper: What is set; the rest stands at its default.
            note: Where its learning rate comes from.
            problem: Why it cannot be raced, in a sentence; empty where it can.
        """
        built = (optimizer, parameters)
        if built != self._built:
            self._built = built
            self._build(parameters)
        for name, shown in self.fields.items():
            default = None if shown.parameter.required else shown.parameter.default
            value = hyper.get(name, default)
            shown.show_value(value, differs=name in hyper and value != default)
        self._rate_note.setText(note)
        self._rate_note.setVisible(bool(note))
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    @property
    def problem(self) -> str:
        """What is said to be wrong, or an empty text."""
        return "" if self._problem.isHidden() else self._problem.text()

    def _build(self, parameters: tuple[Parameter, ...]) -> None:
        for shown in self.fields.values():
            self._layout.removeWidget(shown)
            shown.deleteLater()
        self._layout.removeWidget(self._rate_note)
        self.fields = {}
        # What is compared most stands on top.
        first = [parameter for name in ("form", "lr") for parameter in parameters if parameter.name == name]
        for parameter in [*first, *(parameter for parameter in parameters if parameter not in first)]:
            made = Field(parameter)
            made.edited.connect(lambda value, name=parameter.name: self.edited.emit(name, value))
            made.put_back.connect(lambda name=parameter.name: self.put_back.emit(name))
            self.fields[parameter.name] = made
            self._layout.addWidget(made)
            if parameter.name == "lr":
                self._layout.addWidget(self._rate_note)
