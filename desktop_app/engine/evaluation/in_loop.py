"""Loss, and accuracy or mean error, over samples that are not trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from desktop_app.engine.data.sources import in_batches
from desktop_app.engine.device import computing_in
from desktop_app.engine.evaluation.class_tally import ClassTally
from desktop_app.engine.job import Job
from desktop_app.engine.memory import free_memory, is_lack_of_memory
from desktop_app.engine.networks.freezing import set_training
from desktop_app.engine.stage import Stage
from desktop_app.engine.task import PictureInput

# Features and rows of tables are small; whole pictures are evaluated in batches that are known to fit.
SMALL_SAMPLES_BATCH = 512


@dataclass(frozen=True)
class Figures:
    """Mean loss; the share of right answers, or for a regression the mean absolute error in the targets' unit.

    ``recall`` is the share of right answers of each class; of one that has no samples, ``None``.
    ``surest_errors`` are the shares of wrong answers in the half and in the quarter that the network is surest of; see
    ``ClassTally``.
    """

    loss: float
    accuracy: float | None
    mean_absolute_error: float | None = None
    recall: tuple[float | None, ...] = ()
    surest_errors: tuple[float, ...] = ()

    def of_epoch(self) -> dict[str, float]:
        """Return the figures that an epoch is judged by, by their names among those of an epoch."""
        named = {"val_loss": self.loss, "val_accuracy": self.accuracy, "val_mae": self.mean_absolute_error}
        return {name: figure for name, figure in named.items() if figure is not None}

    def series(self) -> dict[str, float]:
        """Return what is recorded of an epoch beside loss and accuracy, by the names of the series."""
        found = {f"recall.{place}": share for place, share in enumerate(self.recall) if share is not None}
        return {**found, **dict(zip(("surest_error", "surest_quarter_error"), self.surest_errors, strict=False))}


def evaluate(
    job: Job, stage: Stage, places: Tensor, reduced: torch.dtype | None, between: Callable[[], None] = lambda: None
) -> Figures | None:
    """Return the figures over ``places``, or ``None`` where there are none.

    ``between`` is called after each batch and may raise. Where there is not enough memory for a batch, what is left is
    evaluated in batches of half the size.
    The values reach the host once, at the end.
    """
    if not len(places):
        return None
    set_training(stage.learning, False)
    batch_size = job.experiment.training.batch_size
    if job.experiment.training.micro_batch:
        batch_size = min(batch_size, job.experiment.training.micro_batch)
    if not stage.evaluates(job.source) or not isinstance(job.task.input, PictureInput):
        batch_size = max(batch_size, SMALL_SAMPLES_BATCH)
    losses, errors = [], []
    tally = ClassTally(len(job.task.classes), job.device)
    with torch.no_grad(), computing_in(reduced, job.device):
        for batch, logits in _answered(stage, places, batch_size):
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
            total / len(places), tally.accuracy(counts), None, tally.recall(counts), tally.surest_errors(counts)
        )
    total, error = torch.stack([loss, torch.stack(errors).sum()]).tolist()
    return Figures(total / len(places), None, error / len(places))


def _answered(stage: Stage, places: Tensor, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield places in batches with their logits, in smaller batches once memory does not suffice."""
    while len(places):
        batches = in_batches(places, batch_size)
        given = stage.evaluation_batches(batches)
        for batch in batches:
            try:
                logits = stage.learning(next(given))
            except Exception as error:
                if len(batch) == 1 or not is_lack_of_memory(error):
                    raise
                batch_size = max(len(batch) // 2, 1)
                break
            yield batch, logits
            places = places[len(batch) :]
        # Out of the handler, whose traceback holds what did not fit.
        del given
        if len(places):
            free_memory()
