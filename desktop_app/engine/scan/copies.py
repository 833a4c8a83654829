"""What follows from samples that are the same: copies, those under two labels, and those on both sides of the split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.data.split import Split
from desktop_app.engine.scan.finding import Finding, Severity, are, counted

_PARTS = ("training", "validation", "test")


@dataclass(frozen=True)
class Samples:
    """What is known of each sample, by place: what it is called, its answer in words, and the part it belongs to."""

    thing: str
    names: Sequence[str]
    answers: Sequence[str]
    parts: NDArray[np.int64]
    is_exact: Callable[[int, int], bool]
    worth: Callable[[int], float]
    severity: Severity = "warning"


def parts_of(split: Split, number: int) -> NDArray[np.int64]:
    """Return for each sample whether it is trained on (0), validated on (1) or kept apart (2)."""
    parts = np.zeros(number, dtype=np.int64)
    parts[split.validation], parts[split.test] = 1, 2
    return parts


def check_copies(groups: Sequence[Sequence[int]], samples: Samples) -> list[Finding]:
    """Return the findings about groups of samples that are the same; worse ones are no mere copies."""
    conflicts: list[list[int]] = []
    leaks: list[list[int]] = []
    exact: list[list[int]] = []
    near: list[list[int]] = []
    for group in groups:
        ordered = _best_first(group, samples)
        conflicting = len({samples.answers[place] for place in ordered}) > 1
        leaking = 0 in samples.parts[ordered] and (samples.parts[ordered] > 0).any()
        if conflicting:
            conflicts.append(ordered)
        if leaking:
            leaks.append(ordered)
        if not (conflicting or leaking):
            all_exact = all(samples.is_exact(ordered[0], place) for place in ordered[1:])
            (exact if all_exact else near).append(ordered)
    found = [_conflicts(conflicts, samples), _leaks(leaks, samples), _exact(exact, samples), _near(near, samples)]
    return [finding for finding in found if finding is not None]


def _best_first(group: Sequence[int], samples: Samples) -> list[int]:
    """Order a group: held-out samples first, as they are left alone, and of each part the largest picture."""
    return sorted(group, key=lambda place: (samples.parts[place] == 0, -samples.worth(place), place))


def _finding(
    code: str,
    severity: Severity,
    groups: Sequence[Sequence[int]],
    samples: Samples,
    message: str,
    advice: str,
    all_of_them: bool = False,
) -> Finding:
    named = tuple(tuple(samples.names[place] for place in group) for group in groups)
    first = 0 if all_of_them else 1
    return Finding(
        code,
        severity,
        tuple(name for group in named for name in group),
        message,
        advice,
        groups=named,
        details=tuple(_detail(place, samples) for group in groups for place in group),
        leave_out=tuple(name for group in named for name in group[first:]),
    )


def _detail(place: int, samples: Samples) -> str:
    part = _PARTS[samples.parts[place]]
    return f"{samples.answers[place]}, {part}" if samples.answers[place] else part


def _conflicts(groups: Sequence[Sequence[int]], samples: Samples) -> Finding | None:
    if not groups:
        return None
    message = f"{counted(len(groups), samples.thing)} {are(len(groups))} there under more than one label."
    advice = "At most one label is right: leave out those under the wrong one, or all of them."
    return _finding("conflicting_labels", "error", groups, samples, message, advice, all_of_them=True)


def _leaks(groups: Sequence[Sequence[int]], samples: Samples) -> Finding | None:
    if not groups:
        return None
    message = f"{counted(len(groups), samples.thing)} {are(len(groups))} both trained on and held out."
    advice = "Accuracy will look better than it is: leave out all copies but one."
    severity: Severity = "error" if samples.severity == "warning" else samples.severity
    return _finding("data_leak", severity, groups, samples, message, advice)


def _exact(groups: Sequence[Sequence[int]], samples: Samples) -> Finding | None:
    if not groups:
        return None
    copies = sum(map(len, groups)) - len(groups)
    verb = "is an exact copy of another" if copies == 1 else "are exact copies of others"
    message = f"{counted(copies, samples.thing)} {verb}."
    advice = "What is there twice counts twice: leave out all copies but one."
    return _finding("exact_duplicates", samples.severity, groups, samples, message, advice)


def _near(groups: Sequence[Sequence[int]], samples: Samples) -> Finding | None:
    if not groups:
        return None
    copies = sum(map(len, groups)) - len(groups)
    message = f"{counted(copies, samples.thing)} {'looks' if copies == 1 else 'look'} nearly the same as others."
    advice = "Resized, cropped or saved anew? Then leave out all but one of each; a series may stay."
    return _finding("near_duplicates", samples.severity, groups, samples, message, advice)


def answers_in_words(labels: NDArray[Any], classes: Sequence[str]) -> list[str]:
    """Return each sample's class, or its number where there are no classes."""
    return [classes[label] if classes else f"{label:g}" for label in labels.tolist()]
