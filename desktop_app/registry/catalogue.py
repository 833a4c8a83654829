"""What can be picked, as plain values: enough for menus and forms, kept in a file to be there before torch is."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from desktop_app.api.contributions import Contribution
from desktop_app.api.markers import Range
from desktop_app.api.parameters import REQUIRED, Parameter
from desktop_app.registry.json_file import write_json

_FILE = "catalogue.json"
# Raise this when the form of the file changes: an older file is then not read.
_FORM = 3


class Card(BaseModel):
    """What people read about one contribution, and its hyper-parameters."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    kind: str
    name: str
    title: str = ""
    summary: str = ""
    formula: str = ""
    reference: str = ""
    when: str = ""
    notes: tuple[str, ...] = ()
    textbook: str = ""
    licence: str = ""
    pretrained: str = ""
    form_defaults: dict[str, dict[str, Any]] = {}
    source: Literal["built-in", "user", "installed"] = "built-in"
    parameters: tuple[Parameter, ...] = ()


class Catalogue:
    """Cards of every contribution, by kind and name."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self._cards: dict[str, dict[str, Card]] = {}
        for card in cards:
            self._cards.setdefault(card.kind, {})[card.name] = card

    @classmethod
    def of(cls, contributions: Iterable[tuple[Contribution, Any]]) -> Catalogue:
        """Make the cards of contributions, each given with the source of its plugin."""
        return cls(
            Card(
                kind=contribution.KIND,
                name=contribution.name,
                title=contribution.title or contribution.name,
                summary=contribution.summary,
                formula=contribution.formula,
                reference=contribution.reference,
                when=contribution.when,
                notes=contribution.notes,
                textbook=getattr(contribution, "textbook", ""),
                licence=getattr(contribution, "licence", ""),
                pretrained=getattr(contribution, "pretrained", ""),
                form_defaults={name: dict(forms) for name, forms in getattr(contribution, "form_defaults", {}).items()},
                source=source,
                parameters=contribution.parameters,
            )
            for contribution, source in contributions
        )

    def cards(self, kind: str) -> tuple[Card, ...]:
        """Return the cards of one kind, such as ``optimizer``, in the order they were found."""
        return tuple(self._cards.get(kind, {}).values())

    def card(self, kind: str, name: str) -> Card | None:
        """Return one card, or ``None`` where there is no such contribution."""
        return self._cards.get(kind, {}).get(name)

    def save(self, folder: Path) -> None:
        """Write the cards into ``folder``, beside and renamed over, so that a reader never sees half a file.

        Where the disk refuses nothing is written: the next start does without.
        """
        rows = [_to_json(card) for cards in self._cards.values() for card in cards.values()]
        with contextlib.suppress(OSError):
            write_json(folder / _FILE, {"form": _FORM, "cards": rows})

    @classmethod
    def load(cls, folder: Path) -> Catalogue | None:
        """Return what was saved last, or ``None`` where there is nothing that can be read."""
        try:
            content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            if content["form"] != _FORM:
                return None
            return cls(_from_json(row) for row in content["cards"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError):
            return None  # a cache: what cannot be read is made anew


def _to_json(card: Card) -> dict[str, Any]:
    row = card.model_dump(exclude={"parameters"})
    row["parameters"] = []
    for parameter in card.parameters:
        entry: dict[str, Any] = {"name": parameter.name, "kind": parameter.kind, "help": parameter.help}
        if not parameter.required:
            entry["default"] = _plain(parameter.default)
        if parameter.range:
            entry["range"] = [parameter.range.low, parameter.range.high, parameter.range.log]
        entry["choices"] = _plain(parameter.choices)
        entry["optional"] = parameter.optional
        row["parameters"].append(entry)
    return row


def _from_json(row: dict[str, Any]) -> Card:
    parameters = []
    for entry in row["parameters"]:
        default = entry.get("default", REQUIRED)
        parameters.append(
            Parameter(
                name=entry["name"],
                kind=entry["kind"],
                default=tuple(default) if isinstance(default, list) else default,
                range=Range(*entry["range"]) if "range" in entry else None,
                choices=tuple(entry["choices"]),
                optional=entry["optional"],
                help=entry["help"],
            )
        )
    return _CARD.validate_python({**row, "parameters": tuple(parameters)})


_CARD = TypeAdapter(Card)


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it; what it cannot hold (a callable default) becomes its text."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return str(value)
