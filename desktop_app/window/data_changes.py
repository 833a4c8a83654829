"""What is done about samples and columns from wherever they are shown: changes of the draft, each one step of undo.

A sample is left out, or given another class, or neither; the last word counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from desktop_app.window.draft import Draft

_EXCLUDED, _RELABELLED = "data.excluded", "data.relabelled"


def left_out(draft: Draft) -> tuple[str, ...]:
    """Return the names of the samples that are left out."""
    return tuple(str(name) for name in draft.get(_EXCLUDED, ()))


def relabelled(draft: Draft) -> dict[str, str]:
    """Return the class that a sample is given instead of its own, by name."""
    return {str(name): str(given) for name, given in draft.get(_RELABELLED, ())}


def leave_out(draft: Draft, names: Iterable[str]) -> None:
    """Leave samples out of everything that follows."""
    _write(draft, names, excluded=True, classes={})


def relabel(draft: Draft, classes: Mapping[str, str]) -> None:
    """Give samples, by name, other classes than those that the data gives them."""
    _write(draft, classes, excluded=False, classes=classes)


def take_back(draft: Draft, names: Iterable[str]) -> None:
    """Leave samples as they are in the data."""
    _write(draft, names, excluded=False, classes={})


def leave_columns_out(draft: Draft, names: Iterable[str], there: Sequence[str]) -> None:
    """Learn from the columns that are ``there`` without those in ``names``; the last ones are not left out."""
    gone = set(names)
    kept = [name for name in there if name not in gone]
    if kept:
        draft.set("data.columns", kept)


def _write(draft: Draft, names: Iterable[str], *, excluded: bool, classes: Mapping[str, str]) -> None:
    touched = dict.fromkeys(names)
    out = [name for name in left_out(draft) if name not in touched] + (list(touched) if excluded else [])
    given = {name: label for name, label in relabelled(draft).items() if name not in touched} | dict(classes)
    pairs = [[name, label] for name, label in given.items()]
    draft.update({_EXCLUDED: out or None, _RELABELLED: pairs or None}, apart=True)
