"""What is done about samples and columns from wherever they are shown: changes of the draft, each one step of undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from desktop_app.window.draft import Draft


def leave_out(draft: Draft, names: Iterable[str]) -> None:
    """Leave samples out of everything that follows."""
    excluded = list(draft.get("data.excluded", ()))
    draft.set("data.excluded", list(dict.fromkeys([*excluded, *names])))


def relabel(draft: Draft, classes: Mapping[str, str]) -> None:
    """Give samples, by name, other classes than those that the data gives them."""
    relabelled = dict(draft.get("data.relabelled", ())) | dict(classes)
    draft.set("data.relabelled", [[name, given] for name, given in relabelled.items()])


def leave_columns_out(draft: Draft, names: Iterable[str], there: Sequence[str]) -> None:
    """Learn from the columns that are ``there`` without those in ``names``; the last ones are not left out."""
    gone = set(names)
    kept = [name for name in there if name not in gone]
    if kept:
        draft.set("data.columns", kept)


def dealt_with(draft: Draft) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of samples that are left out, and of those that were given another class."""
    excluded = draft.get("data.excluded", ())
    return frozenset(excluded), frozenset(name for name, _ in draft.get("data.relabelled", ()))
