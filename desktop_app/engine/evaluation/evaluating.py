"""From a finished run to everything that is known about how good it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from desktop_app.engine.evaluation.classification import (
    Calibration,
    ClassFigures,
    MacroFigures,
    calibration_of,
    class_figures,
    confusion_of,
    macro_figures,
    mistakes_of,
)
from desktop_app.engine.evaluation.curves import Curves, curves_of
from desktop_app.engine.evaluation.folds import Folds, evaluate_in_folds, reason_against_folds
from desktop_app.engine.evaluation.intervals import accuracy_interval
from desktop_app.engine.evaluation.predictions import Part, Predictions, predict_samples
from desktop_app.engine.evaluation.regression import RegressionFigures, regression_figures
from desktop_app.engine.evaluation.sentences import expectation, remarks_on
from desktop_app.engine.evaluation.stored import load_predictions, save_predictions, weights_digest
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import ValidationSamples, all_samples, named_samples, validation_samples
from desktop_app.errors import DataError
from desktop_app.registry import Registry
from desktop_app.store.metrics import MetricsWriter

Report = Callable[[str, int, int], None]
"""Called with the phase, the number done and the total; may raise to cancel."""
_LOOKS = "test_looks"


def _silent(phase: str, done: int, total: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Figures of ``predictions``, each worked out when it is first asked for.

    ``folds`` gives the expectation where there are few pictures; ``test_looks`` counts how often the test pictures
    have been evaluated.
    """

    predictions: Predictions
    folds: Folds | None = None
    test_looks: int = 0

    @property
    def samples(self) -> int:
        """How many samples the figures are of."""
        return len(self.predictions)

    @property
    def is_classification(self) -> bool:
        """Whether the answers are classes."""
        return bool(self.predictions.classes)

    @property
    def accuracy(self) -> float | None:
        """The share of right answers, 0 to 1; ``None`` for a regression and without samples."""
        return float(self.predictions.right.mean()) if self.is_classification and self.samples else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The accuracy's 95 % interval (Wilson)."""
        right = int(self.predictions.right.sum()) if self.is_classification else 0
        return accuracy_interval(right, self.samples) if self.is_classification else None

    @cached_property
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """``confusion[i][j]`` counts samples of class ``i`` taken for ``j``; empty for a regression."""
        return confusion_of(self.predictions) if self.is_classification else ()

    @cached_property
    def per_class(self) -> tuple[ClassFigures, ...]:
        """Figures a class; none for a regression."""
        return class_figures(self.predictions) if self.is_classification else ()

    @cached_property
    def macro(self) -> MacroFigures | None:
        """Means over the classes."""
        return macro_figures(self.predictions) if self.is_classification else None

    @cached_property
    def calibration(self) -> Calibration | None:
        """How far the probabilities can be believed."""
        return calibration_of(self.predictions) if self.is_classification else None

    @cached_property
    def curves(self) -> Curves | None:
        """ROC and precision-recall curves."""
        return curves_of(self.predictions) if self.is_classification else None

    @cached_property
    def mistakes(self) -> tuple[int, ...]:
        """Places of wrong answers, the most confident first; of a regression all, the farthest off first."""
        if self.is_classification:
            return mistakes_of(self.predictions)
        found = self.regression
        assert found is not None
        return tuple(int(place) for place in found.places[np.argsort(-np.abs(found.residuals), kind="stable")])

    @cached_property
    def regression(self) -> RegressionFigures | None:
        """Figures of a regression."""
        return None if self.is_classification else regression_figures(self.predictions)

    @property
    def r2(self) -> float | None:
        """The share of the variance that a regression explains."""
        return self.regression.r2 if self.regression else None

    @property
    def mean_absolute_error(self) -> float | None:
        """A regression's mean error, in the targets' unit."""
        return self.regression.mean_absolute_error if self.regression else None

    @property
    def sentence(self) -> str:
        """What to expect, in one sentence."""
        found, of = self.regression, self.folds.predictions if self.folds else self.predictions
        return expectation(of, confusion_of(of) if self.is_classification else (), found)

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What makes the figures say less than they seem to, in sentences."""
        return remarks_on(self.predictions)


def evaluate_run(
    run: Run,
    registry: Registry,
    data: Path | None = None,
    report: Report = _silent,
    *,
    test: bool = False,
    folds: bool = False,
) -> Evaluation:
    """Return the figures over the run's validation samples, over its ``test`` samples, or over all of ``data``.

    What was worked out for these weights before is taken from the run's folder. Each evaluation of the test samples
    is counted in the run. With ``folds``, the run's head is also trained in folds where that makes sense.
    Raises: ``DataError`` where the samples cannot be read or are of other classes, or where no sample is kept apart.
    """
    if data is not None:
        samples = all_samples(run, registry, data)
        found = predict_samples(run, registry, samples, "other", lambda done, total: report("Predicting", done, total))
        return Evaluation(found, test_looks=counted_test_looks(run))
    found, _ = part_predictions(run, registry, "test" if test else "validation", report)
    looks = count_test_look(run) if test else counted_test_looks(run)
    return Evaluation(found, run_folds(run, registry, report) if folds and not test else None, looks)


def part_predictions(
    run: Run, registry: Registry, part: Part, report: Report = _silent
) -> tuple[Predictions, ValidationSamples]:
    """Return predictions for the ``validation`` or ``test`` samples of a run, and the samples that they are of.

    A run that was validated on nothing gives samples that it was trained on.
    Raises: as ``evaluate_run``.
    """
    report("Reading the data", 0, 0)
    split = run.files.read_json(run.files.split)
    if part == "test":
        if not split["test"]:
            raise DataError("No samples of this run were kept apart to test on; set data.test above 0 and train again.")
        samples = named_samples(run, registry, split["test"])
    else:
        part = "validation" if split["validation"] else "training"
        samples = validation_samples(run, registry)
    digest = weights_digest(run)
    kept = load_predictions(run, digest, part)
    if kept is not None and kept[0].names == samples.names and np.array_equal(kept[0].targets, samples.targets):
        return kept[0], samples
    found = predict_samples(run, registry, samples, part, lambda done, total: report("Predicting", done, total))
    save_predictions(run, digest, found)
    return found, samples


def run_folds(run: Run, registry: Registry, report: Report = _silent) -> Folds | None:
    """Return the run's folds, kept or trained now; ``None`` where they make no sense for this run."""
    if reason_against_folds(run):
        return None
    digest = weights_digest(run)
    kept = load_predictions(run, digest, "folds")
    if kept is not None:
        found, extra = kept
        return Folds(found, tuple(float(value) for value in extra.get("per_fold", ())))
    trained = evaluate_in_folds(run, registry, report)
    save_predictions(run, digest, trained.predictions, {"per_fold": list(trained.per_fold)})
    return trained


def with_folds(evaluation: Evaluation, folds: Folds | None) -> Evaluation:
    """Return the evaluation with the expectation that folds give."""
    return replace(evaluation, folds=folds)


def counted_test_looks(run: Run) -> int:
    """Return how often the test samples of ``run`` have been evaluated."""
    return int(run.files.state().get(_LOOKS) or 0)


def count_test_look(run: Run) -> int:
    """Count one more evaluation of the test samples, and return how many there are now."""
    looks = counted_test_looks(run) + 1
    writer = MetricsWriter(run.files.metrics)
    try:
        writer.set_state(_LOOKS, looks)
    finally:
        writer.close()
    return looks
