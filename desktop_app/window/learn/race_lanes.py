"""Who takes part in a race: optimizers with their settings, at most ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from desktop_app.api.parameters import Parameter
from desktop_app.engine.learn.race import Entrant
from desktop_app.window.wording import short, words

if TYPE_CHECKING:
    from desktop_app.registry import Registry

MOST = 10
FIRST = ("sgd", "momentum", "adagrad", "rmsprop", "adam")


@dataclass(frozen=True)
class Lane:
    """An optimizer, the settings that differ from its defaults, and its place among the colours.

    ``searched``: its learning rate is the best that is found on each surface, until a person sets it. ``key`` tells
    lanes apart for as long as the window lives.
    """

    key: int
    optimizer: str
    hyper: Mapping[str, Any] = field(default_factory=dict)
    place: int = 0
    searched: bool = True


class Lanes:
    """The lanes in their order; each change makes new ones."""

    def __init__(self) -> None:
        self.all: tuple[Lane, ...] = ()
        self._keys = 0

    def add(self, optimizer: str, like: Lane | None = None) -> Lane | None:
        """Add an optimizer, with the settings of ``like``; returns ``None`` where no lane is free."""
        free = next((place for place in range(MOST) if place not in {lane.place for lane in self.all}), None)
        if free is None:
            return None
        self._keys += 1
        hyper, searched = (like.hyper, like.searched) if like else ({}, True)
        made = Lane(self._keys, optimizer, hyper, free, searched)
        at = next((place + 1 for place, lane in enumerate(self.all) if like and lane.key == like.key), len(self.all))
        self.all = (*self.all[:at], made, *self.all[at:])
        return made

    def remove(self, key: int) -> None:
        """Take a lane out."""
        self.all = tuple(lane for lane in self.all if lane.key != key)

    def change(self, key: int, **changes: Any) -> None:
        """Give a lane other settings."""
        self.all = tuple(replace(lane, **changes) if lane.key == key else lane for lane in self.all)

    def find(self, key: int) -> Lane | None:
        """Return the lane with that key."""
        return next((lane for lane in self.all if lane.key == key), None)


def parameters_of(optimizer: str, registry: Registry) -> tuple[Parameter, ...]:
    """Return the hyper-parameters of an optimizer; none where it is gone."""
    contribution = registry.optimizers.get(optimizer)
    return tuple(contribution.parameters) if contribution is not None else ()


def fitting(hyper: Mapping[str, Any], optimizer: str, registry: Registry) -> dict[str, Any]:
    """Return the settings that the optimizer, maybe of a newer file, still has."""
    known = {parameter.name for parameter in parameters_of(optimizer, registry)}
    return {name: value for name, value in hyper.items() if name in known or not known}


def entrants(lanes: Sequence[Lane], rates: Mapping[int, float | None], registry: Registry) -> tuple[Entrant, ...]:
    """Return what is raced; ``rates`` holds the learning rates that were found, by the lanes' keys.

    Each is called by its title, and by what differs where an optimizer takes part more than once.
    """
    settings = []
    for lane in lanes:
        hyper = fitting(lane.hyper, lane.optimizer, registry)
        rate = rates.get(lane.key) if lane.searched else None
        settings.append(hyper if rate is None else {**hyper, "lr": rate})
    made: list[Entrant] = []
    for lane, hyper in zip(lanes, settings, strict=True):
        others = [other for near, other in zip(lanes, settings, strict=True) if near.optimizer == lane.optimizer]
        text = _title(lane.optimizer, registry) + _difference(hyper, others, parameters_of(lane.optimizer, registry))
        twice = sum(entrant.label == text or entrant.label.startswith(f"{text} (") for entrant in made)
        made.append(Entrant(f"{text} ({twice + 1})" if twice else text, lane.optimizer, hyper))
    return tuple(made)


def _title(optimizer: str, registry: Registry) -> str:
    contribution = registry.optimizers.get(optimizer)
    return str(contribution.title or optimizer) if contribution is not None else optimizer


def _difference(hyper: Mapping[str, Any], others: Sequence[Mapping[str, Any]], known: Sequence[Parameter]) -> str:
    parts: list[str] = []
    for parameter in known:
        values = [other.get(parameter.name, parameter.default) for other in others]
        if any(value != values[0] for value in values):
            value = hyper.get(parameter.name, parameter.default)
            if parameter.name == "form":
                parts.insert(0, str(value))
            else:
                name = "lr" if parameter.name == "lr" else words(parameter.name).lower()
                parts.append(f"{name} {short(value) or 'automatic'}")
    return f" {', '.join(parts)}" if parts else ""
