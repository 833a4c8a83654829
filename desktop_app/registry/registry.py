"""Name -> contribution, for every kind; what the rest of the house asks."""

from __future__ import annotations

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
)
from desktop_app.errors import PluginError, did_you_mean
from desktop_app.registry.catalogue import Catalogue
from desktop_app.registry.record import PluginRecord

C = TypeVar("C", bound=Contribution)


class Shelf(Mapping[str, C], Generic[C]):
    """The contributions of one kind by name, in the order they were found."""

    def __init__(self, kind: type[C]) -> None:
        self.kind = kind
        self._contributions: dict[str, C] = {}

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
        """Return a sentence about the names that there are, the nearest to ``wanted`` last."""
        names = sorted(self)
        shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        return f"Installed: {shown or 'none'}.{did_you_mean(wanted, names)}"

    def add(self, contribution: C) -> None:
        """Put one more contribution on the shelf; its name is free."""
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
        self._records: list[PluginRecord] = []

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

    def refuse_taken_names(self, contributions: Iterable[Contribution]) -> None:
        """Raise ``PluginError`` where one of the names is taken, saying by which plugin."""
        for contribution in contributions:
            if contribution.name in self.shelf(contribution.KIND):
                owner = next(record for record in self._records if _has(record, contribution))
                raise PluginError(
                    f"the name of its {contribution} is taken by the {owner.source} plugin {owner.name} "
                    f"({owner.origin})."
                )

    def add(self, record: PluginRecord) -> None:
        """Write a plugin down and make what it contributes available."""
        self._records.append(record)
        for contribution in record.contributions:
            self.shelf(contribution.KIND).add(contribution)

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


def _has(record: PluginRecord, contribution: Contribution) -> bool:
    return any((other.KIND, other.name) == (contribution.KIND, contribution.name) for other in record.contributions)
