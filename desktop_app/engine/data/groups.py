"""Samples that belong together, and a split that keeps each such group on one side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import Samples
from desktop_app.errors import ExperimentError

_KEY = "data.group"
# Training, validation and test, as places.
_TRAINING, _VALIDATION, _TEST = range(3)


def compiled(pattern: str) -> re.Pattern[str]:
    """Return ``data.group`` as a regular expression. Raises: ``ExperimentError`` where it is none."""
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ExperimentError(_KEY, f'"{pattern}" is no regular expression: {error}.') from error


def groups_of(samples: Samples, group: str) -> NDArray[np.int64] | None:
    """Return the number of each sample's group, ``int64 [n]``, or ``None`` where ``group`` is empty.

    The groups are those that the source took from a column, or what ``group``, a regular expression, finds in the
    samples' names: its first parenthesis, or the whole match where it has none. A sample without one stands alone.
    Raises: ``ExperimentError`` for what is no regular expression or matches no name.
    """
    if not group:
        return None
    if len(samples.groups):
        texts: Sequence[str] = samples.groups
    else:
        search = compiled(group).search
        texts = [_found(search(str(name))) for name in samples.names]
        if not any(texts):
            example = f', such as "{samples.names[0]}"' if len(samples.names) else ""
            raise ExperimentError(_KEY, f'"{group}" is neither a column nor found in any name{example}.')
    number_of: dict[str, int] = {}
    alone = len(texts)
    numbers = [
        number_of.setdefault(text, len(number_of)) if text else alone + place for place, text in enumerate(texts)
    ]
    return np.array(numbers, dtype=np.int64)


def _found(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    return (match[1] if match.re.groups else match[0]) or ""


def split_groups(
    labels: NDArray[Any], groups: NDArray[np.int64], by_class: bool, validation: float, test: float, seed: int
) -> NDArray[np.int64]:
    """Return the part of each sample, ``int64 [n]``: 0 training, 1 validation, 2 test.

    Groups are drawn in an order from ``seed`` and, the largest first, put where most of their classes is still missing;
    so each part ends up within one group of its share of each class as long as a group has one class. Every class is
    in training, whatever the shares, and in validation where another group can be spared for it.
    Raises: ``ExperimentError`` where the groups leave nothing to train or to validate on.
    """
    shares = (1.0 - validation - test, validation, test)
    classes = np.unique(labels, return_inverse=True)[1] if by_class else np.zeros(len(labels), dtype=np.int64)
    inverse = np.unique(groups, return_inverse=True)[1]
    holdings: list[Counter[int]] = [Counter() for _ in range(int(inverse.max()) + 1)]
    for group, label in zip(inverse.tolist(), classes.tolist(), strict=True):
        holdings[group][label] += 1
    totals = np.bincount(classes).tolist()
    # What each part still lacks of each class, as a share of the class.
    lacking = [[share] * len(totals) for share in shares]
    drawn = np.random.default_rng((seed, len(holdings))).permutation(len(holdings)).tolist()
    order = sorted(drawn, key=lambda group: -sum(holdings[group].values()))  # stable: equals stay as they were drawn
    allowed = [part for part in (_TRAINING, _VALIDATION, _TEST) if part == _TRAINING or shares[part] > 0]
    parts = [_TRAINING] * len(holdings)
    for group in order:
        held = holdings[group]
        gains = [(sum(count * lacking[part][label] for label, count in held.items()), part) for part in allowed]
        parts[group] = max(gains, key=lambda gain: (gain[0], -gain[1]))[1]
        for label, count in held.items():
            lacking[parts[group]][label] -= count / totals[label]
    _complete(holdings, parts, order[::-1], len(totals), validation > 0)
    return _checked(np.array(parts, dtype=np.int64)[inverse], len(holdings), validation, len(labels))


def _complete(
    holdings: list[Counter[int]], parts: list[int], smallest_first: list[int], classes: int, validated: bool
) -> None:
    """Bring every class into training, and into validation where that leaves it in training."""
    holders: list[list[int]] = [[] for _ in range(classes)]
    for group in smallest_first:
        for label in holdings[group]:
            holders[label].append(group)
    trained_by = [sum(parts[group] == _TRAINING for group in having) for having in holders]
    for label, having in enumerate(holders):
        if trained_by[label] == 0:
            moved = having[0]
            parts[moved] = _TRAINING
            for other in holdings[moved]:
                trained_by[other] += 1
    for having in holders if validated else ():
        if any(parts[group] == _VALIDATION for group in having):
            continue
        spare = (
            group
            for group in having
            if parts[group] == _TRAINING and all(trained_by[other] > 1 for other in holdings[group])
        )
        moved = next(spare, -1)
        if moved >= 0:
            parts[moved] = _VALIDATION
            for other in holdings[moved]:
                trained_by[other] -= 1


def _checked(parts: NDArray[np.int64], groups: int, validation: float, samples: int) -> NDArray[np.int64]:
    if validation > 0 and not (parts == _VALIDATION).any():
        raise ExperimentError(
            _KEY,
            f"the {samples} samples fall into {groups} {'group' if groups == 1 else 'groups'}, which leaves nothing to "
            "validate on; take a finer grouping, or more data.",
        )
    return parts
