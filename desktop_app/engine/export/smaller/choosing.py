"""Which of the exported variants to use: the smallest that keeps the accuracy. Needs no torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.engine.export.exported import Exported
from desktop_app.engine.export.proof.parity_card import ParityCard, Variant

# Files whose sizes differ by less are as large as each other to whoever ships them.
_SAME_SIZE = 1.05
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Refused:
    """A variant that was not written: it lost too much (``card`` says how much), or could not be made (no card)."""

    variant: Variant
    card: ParityCard | None
    reason: str


@dataclass(frozen=True)
class VariantsReport:
    """What came of exporting all variants; ``most_lost`` is the share of accuracy, 0 to 1, that could be lost."""

    exported: tuple[Exported, ...]
    refused: tuple[Refused, ...]
    recommended: Exported
    most_lost: float


def recommended(exported: Sequence[Exported], most_lost: float) -> Exported:
    """Return the smallest file that loses at most ``most_lost`` of accuracy, 0 to 1; of equally small ones the fastest.

    A float32 file always qualifies. Sizes less than a twentieth apart count as equal. The files are of one run.
    Raises: ``ValueError`` where none qualifies.
    """
    found = [each for each in exported if each.variant == "float32" or lost(each.card) <= most_lost + _ROUNDING]
    if not found:
        raise ValueError("none of the files keeps the accuracy, and there is no float32 one")
    smallest = min(each.card.size_bytes for each in found)
    small = [each for each in found if each.card.size_bytes <= smallest * _SAME_SIZE]
    return min(small, key=lambda each: (each.latency.single_ms if each.latency else math.inf, each.card.size_bytes))


def lost(card: ParityCard) -> float:
    """Return the most that a file loses on any provider, a share of accuracy or of explained variance."""
    return max((each.parity.lost for each in card.providers), default=math.inf)
