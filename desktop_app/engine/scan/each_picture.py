"""Checks of single pictures: those that cannot be read, show nothing, or have a size that does not fit the others."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from desktop_app.engine.scan.finding import Finding, are, counted
from desktop_app.engine.scan.look import Look

TINY_PIXELS = 32
"""A shorter side below this, and below half of what is usual in the set, is tiny."""
GIGANTIC_PIXELS = 40_000_000
"""From here on decoding one picture takes about half a second and 120 MB."""
ODD_PROPORTION = 4.0
"""The longer side in shorter ones from which little is left of a picture when its centre is cut out."""
BLANK_SPREAD = 4.0
"""Levels of 255: the noise of a lens cap's picture stays below it, a word on a white page does not."""

_Named = Sequence[tuple[str, Look]]


def check_each(names: Sequence[str], looks: Sequence[Look], skips_unreadable: bool) -> list[Finding]:
    """Return what is wrong with single pictures; ``skips_unreadable``: training leaves unreadable ones out."""
    named = list(zip(names, looks, strict=True))
    readable = [(name, look) for name, look in named if look.problem is None]
    found = [
        _unreadable([(name, look) for name, look in named if look.problem is not None], skips_unreadable),
        _blank([(name, look) for name, look in readable if look.spread < BLANK_SPREAD]),
        _tiny(readable),
        _gigantic([(name, look) for name, look in readable if look.width * look.height >= GIGANTIC_PIXELS]),
        _odd([(name, look) for name, look in readable if _proportion(look) > ODD_PROPORTION]),
    ]
    return [finding for finding in found if finding is not None]


def _unreadable(bad: _Named, skipped: bool) -> Finding | None:
    if not bad:
        return None
    names = tuple(name for name, _ in bad)
    return Finding(
        "unreadable",
        "warning" if skipped else "error",
        names,
        f"{counted(len(bad), 'picture')} cannot be read.",
        "Training leaves them out." if skipped else "Training stops at the first of them: repair or leave them out.",
        details=tuple(str(look.problem) for _, look in bad),
        leave_out=names,
        setting=None if skipped else ("data.unreadable", "skip"),
    )


def _blank(blank: _Named) -> Finding | None:
    if not blank:
        return None
    names = tuple(name for name, _ in blank)
    message = f"{counted(len(blank), 'picture')} {are(len(blank))} blank or of one colour."
    return Finding(
        "blank", "warning", names, message, "There is nothing to learn from them: leave them out.", leave_out=names
    )


def _tiny(readable: _Named) -> Finding | None:
    if not readable:
        return None
    usual = statistics.median(look.shorter_side for _, look in readable)
    # Where all pictures are small, small is what the set is made of.
    tiny = [(name, look) for name, look in readable if look.shorter_side < min(TINY_PIXELS, usual / 2)]
    if not tiny:
        return None
    names = tuple(name for name, _ in tiny)
    return Finding(
        "tiny",
        "warning",
        names,
        f"{counted(len(tiny), 'picture')} {are(len(tiny))} tiny; the others have about {usual:,.0f} pixels a side.",
        "Enlarged to the network's size they are a blur: find larger ones or leave them out.",
        details=_sizes(tiny),
        leave_out=names,
    )


def _gigantic(large: _Named) -> Finding | None:
    if not large:
        return None
    message = f"{counted(len(large), 'picture')} {'has' if len(large) == 1 else 'have'} 40 million pixels or more."
    advice = "Each takes long to read: shrink them once, and training starts sooner."
    names = tuple(name for name, _ in large)
    return Finding("gigantic", "note", names, message, advice, details=_sizes(large), leave_out=names)


def _odd(odd: _Named) -> Finding | None:
    if not odd:
        return None
    message = f"{counted(len(odd), 'picture')} {are(len(odd))} more than {ODD_PROPORTION:g} times as long as wide."
    advice = "Only the middle is seen by most networks: crop them, or leave them out."
    names = tuple(name for name, _ in odd)
    return Finding("odd_proportions", "note", names, message, advice, details=_sizes(odd), leave_out=names)


def _proportion(look: Look) -> float:
    return max(look.width, look.height) / max(look.shorter_side, 1)


def _sizes(named: _Named) -> tuple[str, ...]:
    return tuple(f"{look.width:,} × {look.height:,} pixels" for _, look in named)
