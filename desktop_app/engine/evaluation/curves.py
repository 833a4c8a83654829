"""ROC and precision-recall curves, one class against all others, and their means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from desktop_app.engine.evaluation.predictions import Predictions

Values = NDArray[np.float64]
_GRID = np.linspace(0.0, 1.0, 201)
AVERAGE = "mean of the classes"


@dataclass(frozen=True, eq=False)
class ClassCurves:
    """One class told from all others, at every threshold.

    ``false_positives`` and ``true_positives`` are the rates of the ROC curve, ascending; ``recall`` ascends and
    ``precision`` goes with it. ``roc_auc`` and ``average_precision`` are the areas.
    """

    name: str
    false_positives: Values
    true_positives: Values
    recall: Values
    precision: Values
    roc_auc: float
    average_precision: float


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves of the classes that have samples and are not all there is; ``left_out`` names the others.

    ``average`` holds the means of the classes' curves (macro average); ``None`` where no class has any.
    """

    classes: tuple[ClassCurves, ...]
    average: ClassCurves | None
    left_out: tuple[str, ...]


def curves_of(found: Predictions) -> Curves:
    """Return the curves of every class that can have one."""
    usable = found.usable
    targets, answers = found.targets[usable], found.answers[usable].astype(np.float64)
    drawn, left_out = [], []
    for place, name in enumerate(found.classes):
        own = targets == place
        if not own.any() or own.all():
            left_out.append(name)
            continue
        drawn.append(_class_curves(name, own, answers[:, place]))
    return Curves(tuple(drawn), _average(drawn) if drawn else None, tuple(left_out))


def _class_curves(name: str, own: NDArray[np.bool_], probability: Values) -> ClassCurves:
    false_positives, true_positives, _ = roc_curve(own, probability)
    precision, recall, _ = precision_recall_curve(own, probability)
    return ClassCurves(
        name,
        false_positives,
        true_positives,
        recall[::-1],
        precision[::-1],
        float(roc_auc_score(own, probability)),
        float(average_precision_score(own, probability)),
    )


def _average(drawn: list[ClassCurves]) -> ClassCurves:
    rates = np.mean([np.interp(_GRID, each.false_positives, each.true_positives) for each in drawn], axis=0)
    # Every ROC curve begins where nothing is taken for the class.
    grid, rates = np.concatenate([[0.0], _GRID]), np.concatenate([[0.0], rates])
    precisions = np.mean([np.interp(_GRID, each.recall, each.precision) for each in drawn], axis=0)
    return ClassCurves(
        AVERAGE,
        grid,
        rates,
        _GRID,
        precisions,
        float(np.mean([each.roc_auc for each in drawn])),
        float(np.mean([each.average_precision for each in drawn])),
    )
