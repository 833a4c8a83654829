"""Checks of the classes: those with nothing or next to nothing in them, and those that outnumber others."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.engine.scan.finding import Finding, are, counted

FEW_SAMPLES = 10
"""Below this a class has one or two samples to validate on: its accuracy is a toss of a coin."""
UNEVEN_RATIO = 4.0
"""From here on a network that neglects the smallest class still looks good (as in scikit-learn's balanced accuracy)."""


def check_classes(counts: Sequence[tuple[str, int]], thing: str, balance: str) -> list[Finding]:
    """Return what is wrong with the sizes of the classes; ``balance`` is what the experiment does about it."""
    if not counts:
        return []
    empty = tuple(name for name, number in counts if number == 0)
    few = [(name, number) for name, number in counts if 0 < number < FEW_SAMPLES]
    found = []
    if empty:
        message = f"{counted(len(empty), 'class', 'classes')} {are(len(empty))} empty: {_listed(empty)}."
        found.append(Finding("empty_class", "warning", empty, message, f"Add {thing}s to them.", about="classes"))
    if few:
        names = tuple(name for name, _ in few)
        verb = "has" if len(few) == 1 else "have"
        message = f"{counted(len(few), 'class', 'classes')} {verb} fewer than {FEW_SAMPLES} {thing}s: {_listed(names)}."
        details = tuple(counted(number, thing) for _, number in few)
        advice = f"Add {thing}s: so few can neither be learned nor judged well."
        found.append(Finding("tiny_class", "warning", names, message, advice, about="classes", details=details))
    return [*found, *_uneven([pair for pair in counts if pair[1]], thing, balance)]


def _uneven(counts: Sequence[tuple[str, int]], thing: str, balance: str) -> list[Finding]:
    if len(counts) < 2:
        return []
    largest, smallest = max(counts, key=lambda pair: pair[1]), min(counts, key=lambda pair: pair[1])
    if largest[1] < UNEVEN_RATIO * smallest[1]:
        return []
    ratio = largest[1] / smallest[1]
    message = f'"{largest[0]}" has {ratio:.1f} times as many {thing}s as "{smallest[0]}".'
    dealt_with = balance != "none"
    return [
        Finding(
            "class_imbalance",
            "note" if dealt_with else "warning",
            (largest[0], smallest[0]),
            message,
            f'data.balance = "{balance}" makes up for it.'
            if dealt_with
            else 'Rare classes would be neglected: add to them, or set data.balance = "weights".',
            about="classes",
            details=(counted(largest[1], thing), counted(smallest[1], thing)),
            setting=None if dealt_with else ("data.balance", "weights"),
        )
    ]


def _listed(names: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
