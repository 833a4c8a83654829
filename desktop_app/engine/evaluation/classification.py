"""Figures of a network that answers with a class: right and wrong, class by class, and how far it can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from desktop_app.engine.evaluation.predictions import Predictions

CALIBRATION_BINS = 10


@dataclass(frozen=True)
class ClassFigures:
    """One class: shares between 0 and 1, how many samples it has, and how many samples were taken for it.

    A share of nothing is 0: the precision of a class that nothing was taken for, the recall of one without samples.
    """

    name: str
    precision: float
    recall: float
    f1: float
    samples: int
    taken: int


@dataclass(frozen=True)
class MacroFigures:
    """Means over the classes that have samples, each class counting alike."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Calibration:
    """How far probabilities can be believed: of the answers given with about 0.8, are 80 % right?

    For each filled one of ten equal bins of the likeliest class's probability: the mean probability, the share that
    is right, and the number of samples. ``expected_error`` is the mean distance of the two, weighed by samples
    (expected calibration error: Guo and others, "On Calibration of Modern Neural Networks", ICML 2017, equation 3).
    """

    probability: tuple[float, ...]
    right: tuple[float, ...]
    samples: tuple[int, ...]
    expected_error: float


@dataclass(frozen=True)
class Confused:
    """Two classes, and how many samples of either were taken for the other."""

    one: str
    other: str
    samples: int


def confusion_of(found: Predictions) -> tuple[tuple[int, ...], ...]:
    """Return the matrix whose ``[i][j]`` counts samples of class ``i`` taken for ``j``, of answers that are numbers."""
    usable = found.usable
    size = len(found.classes)
    if not usable.any():  # scikit-learn refuses to count nothing
        return tuple((0,) * size for _ in range(size))
    counted = confusion_matrix(found.targets[usable], found.guessed[usable], labels=range(size))
    return tuple(tuple(int(number) for number in row) for row in counted)


def class_figures(found: Predictions) -> tuple[ClassFigures, ...]:
    """Return precision, recall, F1 and counts a class."""
    if not len(found):
        return tuple(ClassFigures(name, 0.0, 0.0, 0.0, 0, 0) for name in found.classes)
    places = range(len(found.classes))
    precision, recall, f1, samples = precision_recall_fscore_support(
        found.targets, found.guessed, labels=list(places), zero_division=0.0
    )
    taken = np.bincount(found.guessed[found.usable], minlength=len(found.classes))
    return tuple(
        ClassFigures(
            found.classes[at], float(precision[at]), float(recall[at]), float(f1[at]), int(samples[at]), int(taken[at])
        )
        for at in places
    )


def macro_figures(found: Predictions) -> MacroFigures | None:
    """Return the means over the classes with samples; ``None`` where no class has any."""
    present = np.unique(found.targets)
    if not len(present):
        return None
    precision, recall, f1, _ = precision_recall_fscore_support(
        found.targets, found.guessed, labels=present, average="macro", zero_division=0.0
    )
    return MacroFigures(float(precision), float(recall), float(f1))


def calibration_of(found: Predictions) -> Calibration | None:
    """Return how probabilities and right answers go together; ``None`` without a usable answer."""
    right, confidence = found.right[found.usable].astype(np.int64), found.confidence[found.usable]
    if not len(right):
        return None
    shares, means = calibration_curve(right, confidence, pos_label=1, n_bins=CALIBRATION_BINS, strategy="uniform")
    # The bins of scikit-learn, which gives no counts: open below, closed above.
    edges = np.linspace(0.0, 1.0, CALIBRATION_BINS + 1)[1:-1]
    counts = np.bincount(np.searchsorted(edges, confidence), minlength=CALIBRATION_BINS)
    counts = counts[counts > 0]
    error = float(np.abs(shares - means) @ counts / counts.sum())
    return Calibration(
        tuple(map(float, means)), tuple(map(float, shares)), tuple(int(number) for number in counts), error
    )


def most_confused(classes: tuple[str, ...], confusion: tuple[tuple[int, ...], ...]) -> Confused | None:
    """Return the two classes that are taken for each other most often; ``None`` where none are."""
    counted = np.asarray(confusion, dtype=np.int64)
    if not counted.size:
        return None
    both = np.triu(counted + counted.T, k=1)
    if not both.max():
        return None
    one, other = np.unravel_index(int(both.argmax()), both.shape)
    return Confused(classes[one], classes[other], int(both.max()))


def mistakes_of(found: Predictions) -> tuple[int, ...]:
    """Return the places of wrong answers, the most confident first; answers that are no numbers are left out."""
    wrong = np.flatnonzero(~found.right & found.usable)
    return tuple(int(place) for place in wrong[np.argsort(-found.confidence[wrong], kind="stable")])
