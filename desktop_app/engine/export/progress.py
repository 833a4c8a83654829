"""How far an export is: the phase, and the share of the whole that is done."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[str, float], None]
"""Called with the phase and the share done, 0 to 1; what it raises ends the export."""


def within(report: Report, begin: float, end: float) -> Report:
    """Return a report for a part of the work, which is from ``begin`` to ``end`` of the whole."""
    # A weighted mean is exact at both ends: parts that follow one another never step back.
    return lambda phase, share: report(phase, begin * (1.0 - share) + end * share)


def phase(report: Report, name: str, begin: float, end: float) -> Callable[[float], None]:
    """Return what tells the share of one phase, which is from ``begin`` to ``end`` of the whole."""
    part = within(report, begin, end)
    return lambda share: part(name, share)
