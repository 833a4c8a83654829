"""How good a run's best network is, class by class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, r2_score

from desktop_app.engine.networks.build import Model
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import ValidationSamples, all_samples, validation_samples
from desktop_app.registry import Registry

_BATCH = 32


@dataclass(frozen=True)
class ClassFigures:
    """One class: shares between 0 and 1, and how many samples it has."""

    name: str
    precision: float
    recall: float
    f1: float
    samples: int


@dataclass(frozen=True)
class EvaluationReport:
    """``confusion[i][j]`` counts samples of class ``i`` taken for ``j``. A regression has ``r2`` and mean error."""

    samples: int
    accuracy: float | None
    per_class: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    r2: float | None = None
    mean_absolute_error: float | None = None


def evaluate_run(
    run: Run,
    registry: Registry,
    data: Path | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> EvaluationReport:
    """Return the figures over the run's validation samples, or over all samples of ``data``.

    Raises: ``DataError`` where the samples cannot be read or are of other classes.
    """
    samples = all_samples(run, registry, data) if data else validation_samples(run, registry)
    model: Model = run.load_model("best", registry)
    answers = []
    with torch.no_grad():
        for raw in samples.batches(_BATCH):
            answers.append(model.answers(model.logits(torch.from_numpy(raw))).numpy())
            report(min(len(answers) * _BATCH, len(samples)), len(samples))
    return _figures(samples, np.concatenate(answers))


def _figures(samples: ValidationSamples, answers: np.ndarray) -> EvaluationReport:
    if samples.labels is None:
        error = float(np.abs(answers[:, 0] - samples.targets).mean())
        r2 = float(r2_score(samples.targets, answers[:, 0])) if len(samples) > 1 else None
        return EvaluationReport(len(samples), None, (), (), r2, error)
    classes = samples.task.classes
    places = list(range(len(classes)))
    labels, guessed = samples.labels, answers.argmax(axis=1)
    precision, recall, f1, counts = precision_recall_fscore_support(labels, guessed, labels=places, zero_division=0.0)
    figures = [
        ClassFigures(name, float(precision[at]), float(recall[at]), float(f1[at]), int(counts[at]))
        for at, name in enumerate(classes)
    ]
    confusion = tuple(tuple(int(count) for count in row) for row in confusion_matrix(labels, guessed, labels=places))
    return EvaluationReport(len(samples), float((labels == guessed).mean()), tuple(figures), confusion)
