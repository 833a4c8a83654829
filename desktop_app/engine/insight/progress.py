"""How far a training has come: its loss against that of an answer which does not look at its input."""

from __future__ import annotations

import numpy as np

from desktop_app.engine.insight.evidence import Evidence, Numbers
from desktop_app.engine.insight.spans import Span
from desktop_app.engine.insight.thresholds import limit

WHOLE = Span("training", "training")


def finite_losses(evidence: Evidence, span: Span = WHOLE) -> Numbers:
    """Return the losses of a stage's steps that are finite."""
    values = span.of(evidence.series("train_loss")).values
    return values[np.isfinite(values)]


def start_of(evidence: Evidence, losses: Numbers) -> float:
    """Return the loss that a rise is measured from: the first one, or that of a constant answer if it is higher."""
    return max(float(losses[0]), evidence.facts.constant_loss or 0.0, float(np.finfo(np.float32).tiny))


def level_of(evidence: Evidence, losses: Numbers) -> Numbers:
    """Return the median of the last few losses at each step, of enough samples to be no batch's accident."""
    batch = max(1, evidence.experiment.training.batch_size)
    width = max(int(limit("learning_rate.level_steps")), int(np.ceil(limit("learning_rate.level_samples") / batch)))
    windows = np.lib.stride_tricks.sliding_window_view(losses, min(width, len(losses)))
    return np.median(windows, axis=1)


def is_poor(evidence: Evidence, span: Span = WHOLE) -> bool:
    """Return whether little was learned so far: most of the loss is left, and accuracy, where there is one, is low."""
    losses = finite_losses(evidence, span)
    accuracy = span.of(evidence.series("train_accuracy")).values
    if len(accuracy) and accuracy[-1] >= limit("learning_rate.good_accuracy"):
        return False
    if not len(losses):
        return False
    constant = evidence.facts.constant_loss or float(losses[0])
    return bool(level_of(evidence, losses)[-1] > constant * limit("learning_rate.poor"))
