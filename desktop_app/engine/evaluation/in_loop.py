"""Loss, and accuracy or mean error, over samples that are not trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from desktop_app.engine.data.sources import in_batches
from desktop_app.engine.device import computing_in
from desktop_app.engine.job import Job
from desktop_app.engine.networks.freezing import set_training
from desktop_app.engine.stage import Stage
from desktop_app.engine.task import PictureInput

# Features and rows of tables are small; whole pictures are evaluated in batches that are known to fit.
SMALL_SAMPLES_BATCH = 512


@dataclass(frozen=True)
class Figures:
    """Mean loss; the share of right answers, or for a regression the mean absolute error in the targets' unit."""

    loss: float
    accuracy: float | None
    mean_absolute_error: float | None = None


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
    losses, right, errors = [], [], []
    with torch.no_grad(), computing_in(reduced, job.device):
        for batch, inputs in zip(batches, stage.evaluation_batches(batches), strict=True):
            logits = stage.learning(inputs)
            targets = job.targets[batch.to(job.device)]
            losses.append(job.model.answers.loss(logits, targets) * len(batch))
            if job.task.is_classification:
                right.append(job.model.answers.correct(logits, targets))
            else:
                errors.append((job.model.answers(logits)[:, 0] - targets).abs().sum())
            between()
    loss = float(torch.stack(losses).sum()) / len(places)
    if job.task.is_classification:
        return Figures(loss, int(torch.stack(right).sum()) / len(places))
    return Figures(loss, None, float(torch.stack(errors).sum()) / len(places))
