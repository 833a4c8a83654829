"""Loss, and accuracy or mean error, over samples that are not trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from desktop_app.engine.data.sources import in_batches
from desktop_app.engine.device import computing_in
from desktop_app.engine.evaluation.class_tally import ClassTally
from desktop_app.engine.job import Job
from desktop_app.engine.networks.freezing import set_training
from desktop_app.engine.stage import Stage
from desktop_app.engine.task import PictureInput

# Features and rows of tables are small; whole pictures are evaluated in batches that are known to fit.
SMALL_SAMPLES_BATCH = 512


@dataclass(frozen=True)
class Figures:
    """Mean loss; the share of right answers, or for a regression the mean absolute error in the targets' unit.

    ``recall`` is the share of right answers of each class; of one that has no samples, ``None``. ``surest_error`` is
    the share of wrong answers in the half that the network is surest of; see ``ClassTally``.
    """

    loss: float
    accuracy: float | None
    mean_absolute_error: float | None = None
    recall: tuple[float | None, ...] = ()
    surest_error: float | None = None

    def series(self) -> dict[str, float]:
        """Return what is recorded of an epoch beside loss and accuracy, by the names of the series."""
        found = {f"recall.{place}": share for place, share in enumerate(self.recall) if share is not None}
        return found if self.surest_error is None else {**found, "surest_error": self.surest_error}


def evaluate(
    job: Job, stage: Stage, places: Tensor, reduced: torch.dtype | None, between: Callable[[], None] = lambda: None
) -> Figures | None:
    """Return the figures over ``places``, or ``None`` where there are none.

    ``between`` is called after each batch and may raise.
    The values reach the host once, at the end.
    """
    if not len(places):
        return None
    set_training(stage.learning, False)
    batch_size = job.experiment.training.batch_size
    if not stage.evaluates(job.source) or not isinstance(job.task.input, PictureInput):
        batch_size = max(batch_size, SMALL_SAMPLES_BATCH)
    batches = in_batches(places, batch_size)
    losses, errors = [], []
    tally = ClassTally(len(job.task.classes), job.device)
    with torch.no_grad(), computing_in(reduced, job.device):
        for batch, inputs in zip(batches, stage.evaluation_batches(batches), strict=True):
            logits = stage.learning(inputs)
            targets = job.targets[batch.to(job.device)]
            losses.append(job.model.answers.loss(logits, targets) * len(batch))
            if job.task.is_classification:
                tally.add(job.model.answers, logits, targets)
            else:
                errors.append((job.model.answers(logits)[:, 0] - targets).abs().sum())
            between()
    loss = torch.stack(losses).sum()
    if job.task.is_classification:
        total, *counts = torch.cat([loss.reshape(1), tally.counts()]).tolist()
        return Figures(
            total / len(places), tally.accuracy(counts), None, tally.recall(counts), tally.surest_error(counts)
        )
    total, error = torch.stack([loss, torch.stack(errors).sum()]).tolist()
    return Figures(total / len(places), None, error / len(places))
