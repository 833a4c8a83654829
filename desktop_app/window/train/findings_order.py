"""The order in which findings are read: each cause, and set in below it what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.engine.insight.finding import Finding


@dataclass(frozen=True)
class Placed:
    """A finding, how far it is set in, and the finding that it stands below (``None`` for one of its own)."""

    finding: Finding
    depth: int = 0
    below: Finding | None = None


def placed(findings: Sequence[Finding]) -> list[Placed]:
    """Return ``findings`` with consequences below the first of their causes that is there, each finding once."""
    parents: dict[int, int] = {}
    for place, finding in enumerate(findings):
        causes = [other for other, each in enumerate(findings) if each.code in finding.because and other != place]
        if causes:
            parents[place] = causes[0]
    made: list[Placed] = []
    seen: set[int] = set()

    def put(place: int, depth: int) -> None:
        if place in seen:
            return
        seen.add(place)
        below = findings[parents[place]] if depth else None
        made.append(Placed(findings[place], depth, below))
        for child, parent in parents.items():
            if parent == place:
                put(child, depth + 1)

    for place in range(len(findings)):
        if place not in parents:
            put(place, 0)
    # Those that name each other have no beginning: they stand by themselves.
    for place in range(len(findings)):
        if place not in seen:
            put(place, 0)
    return made
