"""Which pictures of a session the grid shows, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from desktop_app.engine.labelling.proposals import by_confidence
from desktop_app.window.labelling.session import LabellingSession

Order = Literal["name", "surest", "least sure"]
Which = Literal["all", "unlabelled", "proposed", "unreadable", "class"]


@dataclass(frozen=True)
class Filter:
    """``name`` is the class where ``which`` is ``class``: what is labelled with it, and what is proposed as it."""

    which: Which = "all"
    name: str = ""


def shown_places(session: LabellingSession, chosen: Filter, order: Order) -> list[int]:
    """Return the places to show. By confidence, pictures without a proposal come last."""
    places = [place for place in range(len(session.paths)) if _belongs(session, chosen, place)]
    if order == "name":
        return places
    ordered = by_confidence(session.proposals, surest_first=order == "surest")
    wanted = set(places)
    return [place for place in ordered if place in wanted] + [at for at in places if at not in session.proposals]


def kept_in_order(before: Sequence[int], now: Sequence[int]) -> list[int]:
    """Return ``now`` with what was there before in its old order, so that nothing moves under the person's hand."""
    wanted = set(now)
    kept = [place for place in before if place in wanted]
    known = set(kept)
    return kept + [place for place in now if place not in known]


def _belongs(session: LabellingSession, chosen: Filter, place: int) -> bool:
    if chosen.which == "all":
        return True
    if chosen.which == "unreadable":
        return place in session.unreadable
    label = session.label_of(place)
    if chosen.which == "class":
        proposal = session.proposals.get(place)
        return label == chosen.name or (proposal is not None and proposal.name == chosen.name)
    if chosen.which == "proposed":
        return place in session.proposals
    return label is None and place not in session.unreadable
