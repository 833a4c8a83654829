"""Every number that a diagnosis judges by, in one table, each with its reason and its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Threshold:
    """A limit: its value, why it is that, and where it comes from (a paper, or the measurement that set it)."""

    value: float
    reason: str
    source: str


THRESHOLDS: dict[str, Threshold] = {}


def limit(name: str) -> float:
    """Return the value of a threshold."""
    return THRESHOLDS[name].value
