"""A plugin's hyper-parameters on its card: to be tried, each with what it means, its usual range and its default."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.window.building_blocks import column, label
from desktop_app.window.forms.field import Field, default_in_words
from desktop_app.window.forms.form import same
from desktop_app.window.forms.plugin_form import chosen_form
from desktop_app.window.wording import short


def about(parameter: Parameter, by_form: dict[str, Any] | None) -> str:
    """Return what stands below a field: meaning, name in experiments, range, default or defaults."""
    facts = [parameter.name]
    if parameter.range:
        facts.append(f"usually {short(parameter.range.low)} to {short(parameter.range.high)}")
    default = default_in_words(parameter, by_form)
    facts.append(f"default {default}" if default else "must be given")
    return f"{parameter.help} ({', '.join(facts)})".strip()


class CardSettings(QWidget):
    """``changed`` tells that a setting was edited; ``hyper`` holds what differs from the defaults."""

    changed = Signal()

    def __init__(self, card: Any, hyper: dict[str, Any]) -> None:
        super().__init__()
        self._card = card
        known = {parameter.name for parameter in card.parameters}
        self.hyper = {name: value for name, value in hyper.items() if name in known}
        self.fields: dict[str, Field] = {}
        layout = column(label("Settings", "heading"), spacing=8, margins=12)
        for parameter in card.parameters:
            by_form = card.form_defaults.get(parameter.name)
            field = Field(parameter, by_form=by_form)
            field.edited.connect(lambda value, parameter=parameter: self._set(parameter, value))
            field.put_back.connect(lambda name=parameter.name: self._put_back(name))
            self.fields[parameter.name] = field
            layout.addWidget(field)
            layout.addWidget(label(about(parameter, by_form), "small", wrap=True))
        self.setLayout(layout)
        self.setVisible(bool(self.fields))
        self._refresh()

    def _set(self, parameter: Parameter, value: Any) -> None:
        if not parameter.required and same(value, parameter.default):
            self.hyper.pop(parameter.name, None)
        else:
            self.hyper[parameter.name] = value
        self._tell()

    def _put_back(self, name: str) -> None:
        self.hyper.pop(name, None)
        self._tell()

    def _tell(self) -> None:
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        form = chosen_form(self._card, self.hyper)
        for name, field in self.fields.items():
            default = None if field.parameter.required else field.parameter.default
            value = self.hyper.get(name, default)
            field.show_value(value, differs=not same(value, default))
            field.show_form(form)
