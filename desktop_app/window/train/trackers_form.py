"""Which trackers follow a training: a switch for each that there is, and below it what can be set of it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.window.building_blocks import column, label
from desktop_app.window.draft import Draft
from desktop_app.window.forms.field import Field
from desktop_app.window.forms.form import same
from desktop_app.window.plugin_shelf import PluginShelf

KEY = "training.trackers"


class TrackersForm(QWidget):
    """Binds the draft's list of trackers; what was set of one that is switched off is there when it is back on."""

    def __init__(self, draft: Draft, shelf: PluginShelf) -> None:
        super().__init__()
        self._draft, self._shelf = draft, shelf
        self._kept: dict[str, dict[str, Any]] = {}
        self._built: tuple[Any, ...] | None = None
        self.switches: dict[str, Field] = {}
        self.fields: dict[tuple[str, str], Field] = {}
        """By the tracker's name and the hyper-parameter's."""
        self._heading = label("Trackers", "small")
        self._heading.setToolTip("Programs that are handed the numbers while it trains")
        self._wrong = label("", "bad", wrap=True)
        self._wrong.hide()
        self._layout = column(self._heading, spacing=8)
        self.setLayout(self._layout)
        draft.changed.connect(self.refresh)
        shelf.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what stands in the draft; the fields are made anew only where the plugins are others."""
        cards = self._shelf.cards("tracker")
        if cards != self._built:
            self._built = cards
            self._build(cards)
        chosen = self._chosen()
        for name, switch in self.switches.items():
            switch.show_value(name in chosen, differs=name in chosen)
        for (name, key), shown in self.fields.items():
            default = shown.parameter.default
            value = chosen.get(name, {}).get(key, default)
            shown.show_value(value, differs=not same(value, default))
            shown.setVisible(name in chosen)
        self.setVisible(bool(self.switches))

    def show_problem(self, key: str, text: str) -> bool:
        """Say what is wrong below the trackers, or beside the value that ``key`` means."""
        mine = key == KEY or key.startswith(f"{KEY}.")
        chosen, inside = self._chosen(), key.removeprefix(f"{KEY}.")
        found = False
        for (name, hyper), shown in self.fields.items():
            is_this = mine and hyper == inside and name in chosen and not found
            found = found or is_this
            shown.show_wrong(text if is_this else "")
        self._wrong.setText(text[:1].upper() + text[1:] if mine and not found else "")
        self._wrong.setVisible(bool(self._wrong.text()))
        return mine

    @property
    def wrong(self) -> str:
        """What is said to be wrong with the choice as a whole, or an empty text."""
        return self._wrong.text()

    def _build(self, cards: tuple[Any, ...]) -> None:
        for old in (*self.switches.values(), *self.fields.values()):
            self._layout.removeWidget(old)
            old.deleteLater()
        self._layout.removeWidget(self._wrong)
        self.switches, self.fields = {}, {}
        for card in cards:
            parameter = Parameter(card.name, "switch", False, help=f"{card.summary}. {card.when}".strip())
            switch = Field(parameter, card.title or card.name)
            switch.edited.connect(lambda on, name=card.name: self._switch(name, on))
            switch.put_back.connect(lambda name=card.name: self._switch(name, False))
            self.switches[card.name] = switch
            self._layout.addWidget(switch)
            for each in card.parameters:
                made = Field(each)
                made.edited.connect(lambda value, name=card.name, each=each: self._set(name, each, value))
                made.put_back.connect(lambda name=card.name, each=each: self._set(name, each, each.default))
                self.fields[card.name, each.name] = made
                self._layout.addWidget(made)
        self._layout.addWidget(self._wrong)

    def _chosen(self) -> dict[str, dict[str, Any]]:
        """Return the hyper-parameters by the names of those that are on, in the draft's order.

        A draft may hold anything that somebody wrote into a file; what is no choice is left to the check of it.
        """
        found: dict[str, dict[str, Any]] = {}
        written = self._draft.get(KEY)
        for choice in written if isinstance(written, list | tuple) else ():
            if isinstance(choice, str):
                found[choice] = {}
            elif isinstance(choice, dict) and isinstance(choice.get("name"), str):
                found[choice["name"]] = {key: value for key, value in choice.items() if key != "name"}
        return found

    def _switch(self, name: str, on: bool) -> None:
        chosen = self._chosen()
        if on:
            chosen.setdefault(name, self._kept.get(name, {}))
        elif name in chosen:
            self._kept[name] = chosen.pop(name)
        self._write(chosen)

    def _set(self, name: str, parameter: Parameter, value: Any) -> None:
        chosen = self._chosen()
        hyper = {key: kept for key, kept in chosen.get(name, {}).items() if key != parameter.name}
        chosen[name] = hyper if same(value, parameter.default) else {**hyper, parameter.name: value}
        self._write(chosen)

    def _write(self, chosen: dict[str, dict[str, Any]]) -> None:
        choices = [{"name": name, **hyper} if hyper else name for name, hyper in chosen.items()]
        self._draft.set(KEY, choices or None)
