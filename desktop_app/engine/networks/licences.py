"""What a weights' licence lets people do, as far as its name tells."""

from __future__ import annotations

from typing import Literal

Use = Literal["free", "own terms", "non-commercial", "not stated"]

_FREE = frozenset({"apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0"})
# Research licences of Apple and Meta whose names do not say so (apple.github.io/amlr, vissl's SEER model card).
_RESEARCH_ONLY = frozenset({"apple-amlr", "seer-license"})
_NOT_STATED = frozenset({"", "unknown", "other"})


def use_of(licence: str) -> Use:
    """Return what a licence, by the name that model cards give it, allows.

    ``free``: any use, as long as the authors are named. ``own terms``: a licence written for this model, to be read.
    ``non-commercial``: research and private use alone. Not legal advice: the licence's own text counts.
    """
    name = licence.strip().lower()
    if name in _NOT_STATED:
        return "not stated"
    if name in _FREE:
        return "free"
    if name in _RESEARCH_ONLY or "-nc" in name or "noncommercial" in name or "non-commercial" in name:
        return "non-commercial"
    return "own terms"
