"""Choosing a plugin and setting its hyper-parameters: a list of cards, and a form from the card's signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.window.building_blocks import column, holding, label, row
from desktop_app.window.draft import Draft
from desktop_app.window.forms.field import Field
from desktop_app.window.forms.form import same
from desktop_app.window.icons import put
from desktop_app.window.plugin_shelf import PluginShelf
from desktop_app.window.wording import words


class PluginForm(QWidget):
    """Binds one plugin choice of the draft, ``"adam"`` or ``{"name": "adam", "lr": 0.01}``.

    The values of a plugin that was left are kept for when it is chosen again. ``default`` is the choice that stands
    where the draft has none: a name, a mapping, or ``None`` for a choice that the data makes. ``elsewhere`` names
    hyper-parameters that have a key of their own and are not shown here. ``takes_along`` is asked, with the plugin that
    was left and the new one, which other keys change in the same step.
    """

    changed = Signal()

    def __init__(
        self,
        draft: Draft,
        shelf: PluginShelf,
        key: str,
        kind: str,
        default: str | Mapping[str, Any] | None,
        extra_choices: tuple[str, ...] = (),
        elsewhere: tuple[str, ...] = (),
        takes_along: Callable[[str | None, str | None], dict[str, Any]] | None = None,
    ) -> None:
        super().__init__()
        self._draft, self._shelf, self.key, self._kind = draft, shelf, key, kind
        self._default_name, self._default_hyper = _parts(default)
        self._extra, self._elsewhere = extra_choices, elsewhere
        self._takes_along = takes_along
        self._kept: dict[str, dict[str, Any]] = {}
        self._offered: tuple[object, ...] = ()
        self._built: tuple[object, ...] = ()
        self.choice: Field | None = None
        self.fields: dict[str, Field] = {}
        self._summary = label("", "small", wrap=True)
        self.card_link = QToolButton()
        put(self.card_link, "help")
        self.card_link.setIconSize(QSize(14, 14))
        self.card_link.setFixedSize(20, 20)
        self.card_link.setToolTip("What is this?")
        self.card_link.setAccessibleName(f"What is this {words(kind).lower()}?")
        self.card_link.clicked.connect(lambda: shelf.card_asked.emit((kind, self.name)))
        about = row(self._summary, self.card_link, spacing=4)
        about.setStretch(0, 1)
        about.setAlignment(self.card_link, Qt.AlignmentFlag.AlignTop)
        self._about = holding(about)
        self._layout = column(spacing=8)
        self.setLayout(self._layout)
        draft.changed.connect(self.refresh)
        shelf.changed.connect(self.refresh)
        self.refresh()

    @property
    def name(self) -> str | None:
        """The plugin chosen, or ``None`` where the data chooses."""
        return self._now()[0]

    def refresh(self) -> None:
        """Show what stands in the draft; the fields are made anew only where the plugin or the cards changed."""
        name, hyper = self._now()
        cards = self._shelf.cards(self._kind)
        card = self._shelf.card(self._kind, name) if name else None
        offered = tuple((card.name, card.title) for card in cards)
        # The list stays while one goes through it with the keys: only what stands below it follows.
        if self.choice is None or offered != self._offered:
            self._offered = offered
            self._build_choice()
        built = (name, card, offered)
        if built != self._built:
            self._built = built
            self._build_fields(name)
            self.changed.emit()
        if self.choice is not None:
            self.choice.show_value(name, differs=name != self._default_name)
        base = self._base(name)
        for key, shown in self.fields.items():
            default = base.get(key, None if shown.parameter.required else shown.parameter.default)
            value = hyper.get(key, default)
            shown.show_value(value, differs=not same(value, default))
            shown.show_form(chosen_form(card, hyper))

    def show_problem(self, key: str, text: str) -> bool:
        """Say what is wrong beside the field that ``key`` belongs to, and that nothing is beside the others."""
        inside = key.removeprefix(f"{self.key}.") if key.startswith(f"{self.key}.") else ""
        for name, shown in self.fields.items():
            shown.show_wrong(text if name == inside else "")
        mine = key == self.key or (bool(inside) and inside not in self.fields)
        if self.choice is not None:
            self.choice.show_wrong(text if mine else "")
        return mine or inside in self.fields

    def _now(self) -> tuple[str | None, dict[str, Any]]:
        value = self._draft.get(self.key)
        return _parts(value) if value is not None else (self._default_name, dict(self._default_hyper))

    def _base(self, name: str | None) -> dict[str, Any]:
        return self._default_hyper if name == self._default_name else {}

    def _build_choice(self) -> None:
        if self.choice is not None:
            self._layout.removeWidget(self.choice)
            self.choice.deleteLater()
        # What a whole library brings has its name before a dot, and comes after everything else.
        cards = sorted(self._shelf.cards(self._kind), key=lambda card: "." in card.name)
        texts: dict[Any, str] = {card.name: card.title or card.name for card in cards}
        texts |= {extra: words(extra) for extra in self._extra}
        help_text = f"{words(self._kind)} plugins: {len(cards)}"
        default = self._default_name
        choices = Parameter(self.key, "choice", default, None, tuple(texts), default is None, help_text)
        self.choice = Field(choices, words(self.key.rpartition(".")[2]), texts)
        self.choice.edited.connect(self._switch)
        self.choice.put_back.connect(lambda: self._draft.remove(self.key))
        self._layout.insertWidget(0, self.choice)

    def _build_fields(self, name: str | None) -> None:
        self._layout.removeWidget(self._about)
        for old in self.fields.values():
            self._layout.removeWidget(old)
            old.deleteLater()
        card = self._shelf.card(self._kind, name) if name else None
        self._summary.setText(card.summary if card else "")
        self._about.setVisible(card is not None)
        self._layout.addWidget(self._about)
        self.fields = {}
        for parameter in card.parameters if card else ():
            if parameter.name in self._elsewhere:
                continue
            made = Field(parameter, by_form=card.form_defaults.get(parameter.name) if card else None)
            made.edited.connect(lambda value, key=parameter.name: self._set(key, value))
            made.put_back.connect(lambda key=parameter.name: self._put_back(key))
            self.fields[parameter.name] = made
            self._layout.addWidget(made)

    def _switch(self, name: str | None) -> None:
        before, hyper = self._now()
        if name == before:
            return
        if before is not None:
            self._kept[before] = hyper
        along = self._takes_along(before, name) if self._takes_along else {}
        if name is None:
            self._draft.update({self.key: None, **along})
        else:
            self._write(name, self._kept.get(name, dict(self._base(name))), along)

    def _set(self, key: str, value: Any) -> None:
        name, hyper = self._now()
        if name is not None:
            self._write(name, {**hyper, key: value})

    def _put_back(self, key: str) -> None:
        name, hyper = self._now()
        if name is None:
            return
        hyper.pop(key, None)
        base = self._base(name)
        self._write(name, {**hyper, key: base[key]} if key in base else hyper)

    def _write(self, name: str, hyper: dict[str, Any], along: Mapping[str, Any] | None = None) -> None:
        """Write the choice in its shortest form; the default choice is removed from the draft."""
        card = self._shelf.card(self._kind, name)
        defaults = {parameter.name: parameter.default for parameter in card.parameters} if card else {}
        base = self._base(name)
        kept = {
            key: value for key, value in hyper.items() if key in base or not same(value, defaults.get(key, _NOTHING))
        }
        if (
            name == self._default_name
            and kept.keys() == base.keys()
            and all(same(kept[key], base[key]) for key in base)
        ):
            choice: Any = None
        else:
            choice = {"name": name, **kept} if kept else name
        self._draft.update({self.key: choice, **(along or {})})


_NOTHING = object()


def chosen_form(card: Any, hyper: Mapping[str, Any]) -> str:
    """Return the form that an optimizer's settings choose, ``standard`` or ``textbook``; empty where it has none."""
    default = next((parameter.default for parameter in card.parameters if parameter.name == "form"), "") if card else ""
    return str(hyper.get("form", default))


def _parts(choice: str | Mapping[str, Any] | None) -> tuple[str | None, dict[str, Any]]:
    if isinstance(choice, Mapping):
        return choice.get("name"), {key: value for key, value in choice.items() if key != "name"}
    return choice, {}
