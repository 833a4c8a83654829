"""Which samples are trained on, validated on, and kept apart: stratified, seeded, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import Samples
from desktop_app.errors import DataError

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Places of samples, each in exactly one of the three, in ascending order."""

    training: Places
    validation: Places
    test: Places


def split_samples(samples: Samples, validation: float, test: float, seed: int) -> Split:
    """Split samples by shares; a data source's own validation samples are taken as they are.

    Classes keep their shares to within one sample, and every class that has two samples or more is in training and,
    where ``validation`` is above 0, in validation. A regression is split at random.
    Raises: ``DataError`` where nothing is left to train on.
    """
    places = np.arange(len(samples), dtype=np.int64)
    if samples.validation is not None:
        own = np.asarray(sorted(samples.validation), dtype=np.int64)
        rest = np.setdiff1d(places, own)
        apart = split_labels(samples.labels[rest], bool(samples.classes), 0.0, test, seed)
        split = Split(rest[apart.training], own, rest[apart.test])
    else:
        split = split_labels(samples.labels, bool(samples.classes), validation, test, seed)
    if not len(split.training):
        raise DataError("There are no samples to train on; add some, or lower data.validation and data.test.")
    if samples.classes and len(np.unique(samples.labels[split.training])) < 2:
        raise DataError("All samples to train on are of one class; a network can only learn to tell two or more apart.")
    return split


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
