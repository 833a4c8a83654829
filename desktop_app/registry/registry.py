"""Name -> contribution, for every kind; what the rest of the house asks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from desktop_app.api.contributions import (
    KINDS,
    Activation,
    Backbone,
    Contribution,
    DataSource,
    Initializer,
    Network,
    Normalization,
    Optimizer,
    Schedule,
    Tracker,
)
from desktop_app.errors import PluginError, did_you_mean
from desktop_app.registry.catalogue import Catalogue
from desktop_app.registry.discovery import Source
from desktop_app.registry.record import PluginRecord

C = TypeVar("C", bound=Contribution)


class Shelf(Mapping[str, C], Generic[C]):
    """The contributions of one kind by name, in the order they were found."""

    def __init__(self, kind: type[C]) -> None:
        self.kind = kind
        self._contributions: dict[str, C] = {}
        self.disabled: dict[str, str] = {}
        """The plugin by the name of what it would contribute if it were not disabled."""

    def __getitem__(self, name: str) -> C:
        try:
            return self._contributions[name]
        except KeyError as error:
            raise PluginError(f'there is no {self.kind.KIND} "{name}". {self.installed(name)}') from error

    def get(self, name: str, default: Any = None, /) -> Any:
        """Return the contribution of that name, or ``default``; a mapping's own would wait for a ``KeyError``."""
        return self._contributions.get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self._contributions

    def __iter__(self) -> Iterator[str]:
        return iter(self._contributions)

    def __len__(self) -> int:
        return len(self._contributions)

    def installed(self, wanted: str) -> str:
        """Return a sentence about the names that there are, or about the disabled plugin that has ``wanted``."""
        if wanted in self.disabled:
            plugin = self.disabled[wanted]
            return f"The plugin {plugin} has it; it is disabled. To use it again: downslope plugins enable {plugin}"
        names = sorted(self)
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        return f"Installed: {shown or 'none'}.{did_you_mean(wanted, names)}"

    def add(self, contribution: C) -> None:
        """Put one more contribution on the shelf, in the place of one of its name."""
        self._contributions[contribution.name] = contribution


class Registry:
    """Everything that can be picked, by kind and name, and the record of every plugin that was found."""

    def __init__(self) -> None:
        self.initializers = Shelf(Initializer)
        self.activations = Shelf(Activation)
        self.normalizations = Shelf(Normalization)
        self.optimizers = Shelf(Optimizer)
        self.schedules = Shelf(Schedule)
        self.networks = Shelf(Network)
        self.backbones = Shelf(Backbone)
        self.data_sources = Shelf(DataSource)
        self.trackers = Shelf(Tracker)
        self._records: list[PluginRecord] = []
        self._loaded: dict[tuple[str, str], PluginRecord] = {}
        self._owners: dict[tuple[str, str], tuple[str, str]] = {}

    @property
    def plugins(self) -> tuple[PluginRecord, ...]:
        """Every plugin that was found, failed ones included."""
        return tuple(self._records)

    def shelf(self, kind: str) -> Shelf[Any]:
        """Return the shelf of ``kind``, such as ``optimizer``."""
        shelves: dict[str, Shelf[Any]] = {
            shelf.kind.KIND: shelf for shelf in vars(self).values() if isinstance(shelf, Shelf)
        }
        return shelves[kind]

    def loaded(self, key: tuple[str, str]) -> PluginRecord | None:
        """Return the record of a plugin, by source and name, as it was before others took places of its own."""
        return self._loaded.get(key)

    def refuse_taken_names(self, contributions: Iterable[Contribution], source: Source = "user") -> None:
        """Raise ``PluginError`` where a name is taken for a plugin of ``source``, saying by which plugin.

        A name that a built-in gives way with is not taken for others.
        """
        for contribution in contributions:
            owner = self._owner(contribution)
            if owner is not None and not self._gives_way(owner, contribution, source):
                raise PluginError(
                    f"the name of its {contribution} is taken by the {owner.source} plugin {owner.name} "
                    f"({owner.origin})."
                )

    def add(self, record: PluginRecord) -> None:
        """Write a plugin down and make what it contributes available; its names are free, or given way with."""
        self._loaded.setdefault(record.key, record)
        for contribution in record.contributions:
            owner = self._owner(contribution)
            if owner is not None:
                self._records[self._records.index(owner)] = _without(owner, contribution, record)
            self.shelf(contribution.KIND).add(contribution)
            self._owners[contribution.KIND, contribution.name] = record.key
        if record.status == "disabled":
            for kind in KINDS:
                names = (name for withheld_kind, name in record.withheld if withheld_kind == kind.KIND)
                self.shelf(kind.KIND).disabled.update(dict.fromkeys(names, record.name))
        self._records.append(record)

    def _owner(self, contribution: Contribution) -> PluginRecord | None:
        key = self._owners.get((contribution.KIND, contribution.name))
        return next((record for record in self._records if record.key == key), None) if key else None

    def _gives_way(self, owner: PluginRecord, contribution: Contribution, source: Source) -> bool:
        standing: Contribution = self.shelf(contribution.KIND)[contribution.name]
        return owner.source == "built-in" != source and standing.gives_way

    def catalogue(self) -> Catalogue:
        """Return what is on the shelves as plain values, which need no plugin to be imported again."""
        sources = {
            (contribution.KIND, contribution.name): record.source
            for record in self._records
            for contribution in record.contributions
        }
        return Catalogue.of(
            (contribution, sources[contribution.KIND, contribution.name])
            for kind in KINDS
            for contribution in self.shelf(kind.KIND).values()
        )


def _without(owner: PluginRecord, contribution: Contribution, taker: PluginRecord) -> PluginRecord:
    """Return the record of a plugin whose contribution gave way to that of ``taker``."""
    thing = (contribution.KIND, contribution.name)
    return dataclasses.replace(
        owner,
        contributions=tuple(made for made in owner.contributions if (made.KIND, made.name) != thing),
        withheld=(*owner.withheld, thing),
        note=f"The {taker.source} plugin {taker.name} ({taker.origin}) takes the place of its {contribution}.",
    )
