"""How far the weights in a file fit a network: which tensors do, which are missing, of another shape, or not asked for.

Nothing here imports torch: a report is plain values, and matching looks at names and shapes alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Shape = tuple[int, ...]

# What training programs wrap a network in; each leaves its name before those of the tensors.
_WRAPPERS = ("module", "model", "backbone", "network", "net", "encoder", "_orig_mod", "ema")
_SHOWN = 3

LEAST_SHARE = 0.9
"""What share of a network's numbers a file must hold.

A file of the same network lacks little: the first convolution (other channels), a position embedding (another picture
size), a scale that a newer version added. One that lacks more is of another network: whatever of it fits by chance
lies between layers that are drawn at random, and a frozen backbone would stay so."""

LEAST_KNOWN = 0.95
"""What share of the numbers that a file holds inside the network's own parts must have a place there.

More without one is another network, whose weights count on what is left out: those of EfficientNet-B0 have every name
of EfficientNet-Lite0, and give nonsense without their squeeze-and-excitation (16 % of them). The rest is room for
tables that a version kept and another computes."""


@dataclass(frozen=True)
class WrongShape:
    """A tensor that the file holds in another shape than the network has."""

    name: str
    found: Shape
    wanted: Shape

    def __str__(self) -> str:
        return f"{self.name} is {list(self.found)} instead of {list(self.wanted)}"


@dataclass(frozen=True)
class WeightsReport:
    """``matched`` of ``wanted`` tensors of the network are in ``file``, which is ``share`` of all its numbers (0 to 1).

    ``known`` is the share of what the file holds inside the network's parts that has a place there. ``prefix`` was
    taken off the file's names. ``missing`` and ``wrong_shapes`` stay as they were drawn at random; ``unexpected`` are
    names in the file that the network does not have.
    """

    file: str
    matched: int
    wanted: int
    share: float
    known: float = 1.0
    prefix: str = ""
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    wrong_shapes: tuple[WrongShape, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether enough of the network is there for it to be loaded."""
        return self.matched > 0 and self.share >= LEAST_SHARE and self.known >= LEAST_KNOWN

    @property
    def complete(self) -> bool:
        """Whether every tensor of the network is there, and none of the file's was left out."""
        return self.fits and self.matched == self.wanted and not self.unexpected

    @property
    def brief(self) -> str:
        """How much matched, without names."""
        counted = f"{self.matched:,} of {self.wanted:,} tensors matched"
        if self.matched == self.wanted:
            return counted
        return f"{counted}, {_percent(self.share)} of the numbers"

    @property
    def sentence(self) -> str:
        """What there is to say about the file, in one sentence."""
        if self.complete:
            return f"{self.brief}."
        if self.fits:
            then = "the rest stays random" if self.matched < self.wanted else "left out of the file"
            return f"{self.brief}; {then}: {self._problems()}."
        why = f"less than {_percent(LEAST_SHARE)} would leave too much of it random"
        if self.share >= LEAST_SHARE:
            why = f"only {_percent(self.known)} of what the file holds of its parts has a place in it"
        return (
            f"The weights in {self.file} do not fit this network: {self.brief}, and {why}: {self._problems()}. "
            f"Use weights of the same network."
        )

    def lines(self) -> list[str]:
        """Return every name that did not match, with the reason, for a list."""
        return [
            *(f"{name}: missing in the file" for name in self.missing),
            *(f"{shape}" for shape in self.wrong_shapes),
            *(f"{name}: not part of the network" for name in self.unexpected),
        ]

    def _problems(self) -> str:
        groups = (
            (self.missing, "missing"),
            (self.unexpected, "unknown"),
            (tuple(str(shape) for shape in self.wrong_shapes), "of another shape"),
        )
        said = "; ".join(
            f"{len(names):,} {what} ({', '.join(names[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''})"
            for names, what in groups
            if names
        )
        return said or "there is nothing in it"


def match(
    file: str,
    found: Mapping[str, Shape],
    wanted: Mapping[str, Shape],
    ignore: tuple[str, ...] = (),
    optional: Iterable[str] = (),
) -> WeightsReport:
    """Return how the tensors ``found`` in a file fit those ``wanted``, both given by name and shape.

    Names match exactly, or once a wrapper's name before them (``module.``, ``model.``, ``backbone.``, ...) is taken
    off: the one that lets most tensors fit. Names that start with one of ``ignore`` may stand in the file, and those in
    ``optional`` may lack there; neither is spoken of.
    """
    prefix = max(_prefixes(found), key=lambda start: (_fitting(found, wanted, start), -len(start)))
    named = {name.removeprefix(prefix): shape for name, shape in found.items() if name.startswith(prefix)}
    others = [name for name in found if not name.startswith(prefix)]
    may_lack = set(optional)
    needed = {name: shape for name, shape in wanted.items() if name not in may_lack}
    fitting = [name for name, shape in needed.items() if named.get(name) == shape]
    numbers = sum(math.prod(shape) for shape in needed.values())
    there = sum(math.prod(needed[name]) for name in fitting)
    parts = {name.partition(".")[0] for name in wanted}
    strange = {
        name: shape for name, shape in named.items() if name not in wanted and not (ignore and name.startswith(ignore))
    }
    inside = sum(math.prod(shape) for name, shape in strange.items() if name.partition(".")[0] in parts)
    placed = sum(math.prod(shape) for name, shape in named.items() if name in wanted)
    return WeightsReport(
        file=file,
        matched=len(fitting),
        wanted=len(needed),
        share=there / numbers if numbers else 0.0,
        known=placed / (placed + inside) if placed else 0.0,
        prefix=prefix,
        missing=tuple(name for name in needed if name not in named),
        unexpected=(*strange, *others),
        wrong_shapes=tuple(
            WrongShape(name, named[name], shape)
            for name, shape in needed.items()
            if name in named and named[name] != shape
        ),
    )


def _prefixes(names: Iterable[str]) -> set[str]:
    """Return every chain of wrappers' names that some name begins with, and the empty one."""
    found = {""}
    for name in names:
        start = ""
        for part in name.split(".")[:-1]:
            if part not in _WRAPPERS:
                break
            start += f"{part}."
            found.add(start)
    return found


def _fitting(found: Mapping[str, Shape], wanted: Mapping[str, Shape], prefix: str) -> int:
    return sum(1 for name, shape in wanted.items() if found.get(prefix + name) == shape)


def _percent(share: float) -> str:
    """Return a share in percent, rounded down, so that only all is 100."""
    return f"{math.floor(share * 1000) / 10:g} %"
