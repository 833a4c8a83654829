"""Which samples are trained on, validated on, and kept apart: stratified, seeded, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import Samples
from desktop_app.engine.data.chosen_samples import ChosenSamples
from desktop_app.engine.data.groups import groups_of, split_groups
from desktop_app.errors import DataError

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Places of samples, each in exactly one of the three, in ascending order."""

    training: Places
    validation: Places
    test: Places


def split_samples(samples: Samples, validation: float, test: float, seed: int, group: str = "") -> Split:
    """Split samples by shares; a data source's own validation and test samples are taken as they are.

    Classes keep their shares to within one sample, and every class that has two samples or more is in training and,
    where ``validation`` is above 0, in validation. A regression is split at random. With ``group`` (see ``groups_of``)
    what belongs together stays on one side, and shares are kept as well as the groups allow.

    Of samples that some were left out of (excluded, unreadable) all are split, with the classes they had at first, and
    then those that are left keep their sides: nothing else moves, and what was kept apart stays unseen. Only where
    that leaves a class without training samples, or nothing to validate on, is the rest drawn anew.
    Raises: ``DataError`` where nothing is left to train on; ``ExperimentError`` for a ``group`` that is of no use.
    """
    split = None
    if isinstance(samples, ChosenSamples) and samples.before is not None and samples.places is not None:
        split = _of_those_left(_drawn(samples.before, validation, test, seed, group), samples.places)
        validated = len(split.validation) > 0 or samples.validation is not None or validation == 0
        everywhere = not samples.classes or set(samples.labels[split.training]) == set(samples.labels)
        split = split if validated and everywhere else None
    split = split or _drawn(samples, validation, test, seed, group)
    if not len(split.training):
        raise DataError("There are no samples to train on; add some, or lower data.validation and data.test.")
    if samples.classes and len(np.unique(samples.labels[split.training])) < 2:
        raise DataError("All samples to train on are of one class; a network can only learn to tell two or more apart.")
    return split


def _drawn(samples: Samples, validation: float, test: float, seed: int, group: str) -> Split:
    """Split all samples, whether or not there is anything to train on then."""
    own = [None if part is None else np.asarray(sorted(part), dtype=np.int64) for part in _own_parts(samples)]
    rest = np.arange(len(samples), dtype=np.int64)
    for part in own:
        rest = rest if part is None else np.setdiff1d(rest, part)
    to_validate, to_test = validation if own[0] is None else 0.0, test if own[1] is None else 0.0
    groups = groups_of(samples, group)
    labels, by_class = samples.labels[rest], bool(samples.classes)
    if groups is not None and len(rest) and (to_validate or to_test):
        parts = split_groups(labels, groups[rest], by_class, to_validate, to_test, seed)
        apart = Split(*(np.flatnonzero(parts == part) for part in range(3)))
    else:
        apart = split_labels(labels, by_class, to_validate, to_test, seed)
    validated, tested = (
        rest[drawn] if part is None else part for part, drawn in zip(own, (apart.validation, apart.test), strict=True)
    )
    return Split(rest[apart.training], validated, tested)


def _own_parts(samples: Samples) -> tuple[Sequence[int] | None, Sequence[int] | None]:
    return samples.validation, samples.test


def _of_those_left(split: Split, places: Places) -> Split:
    """Return the split of the samples at ``places``, ascending, of those that were split."""
    kept = (np.flatnonzero(np.isin(places, part)) for part in (split.training, split.validation, split.test))
    return Split(*kept)


def split_labels(labels: NDArray[Any], by_class: bool, validation: float, test: float, seed: int) -> Split:
    """Split places by their labels, class by class."""
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)] if by_class else [np.arange(len(labels))]
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for number, group in enumerate(groups):
        # Each class draws for itself: pictures that are added to one do not move those of another.
        drawn = np.random.default_rng((seed, number)).permutation(group)
        to_validate, to_test = _counts(len(drawn), validation, test)
        parts[1].extend(drawn[:to_validate].tolist())
        parts[2].extend(drawn[to_validate : to_validate + to_test].tolist())
        parts[0].extend(drawn[to_validate + to_test :].tolist())
    return Split(*(np.array(sorted(part), dtype=np.int64) for part in parts))


def _counts(samples: int, validation: float, test: float) -> tuple[int, int]:
    """Return how many of a class's samples are validated on and kept apart; at least one is left to train on."""
    wanted = [max(1, round(samples * share)) if share > 0 else 0 for share in (validation, test)]
    to_validate = min(wanted[0], samples - 1)
    return to_validate, min(wanted[1], samples - 1 - to_validate)
