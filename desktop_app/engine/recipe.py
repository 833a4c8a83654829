"""What an experiment adds to plain training: another loss, other draws of samples, an average of the weights."""

from __future__ import annotations

import torch
from torch import Tensor

from desktop_app.engine.data.balance import balanced_places, class_weights
from desktop_app.engine.data.sources import shuffled_batches
from desktop_app.engine.job import Job
from desktop_app.engine.stage import Stage
from desktop_app.engine.training_loss import TrainingLoss
from desktop_app.engine.weight_average import WeightAverage, moving_statistics

# Keeps the draw of samples apart from the draw of their order, which has the same seed.
_DRAW = 1


class Recipe:
    """The parts of one job's training that stand in its experiment; statistics are those of its training samples."""

    def __init__(self, job: Job) -> None:
        data, training = job.experiment.data, job.experiment.training
        self._places = torch.from_numpy(job.split.training)
        self._batch_size = training.batch_size
        self._decay = training.ema_decay
        self._labels: Tensor | None = None
        weights = None
        if data.balance != "none":
            labels = job.targets[self._places.to(job.device)]
            if data.balance == "weights":
                weights = class_weights(labels, len(job.task.classes))
            else:
                self._labels = labels.cpu()
        self.loss = TrainingLoss(job.model.answers, training.label_smoothing, weights)

    def batches(self, seed: tuple[int, ...]) -> list[Tensor]:
        """Return one epoch's places in batches, drawn from ``seed`` alone; always equally many samples."""
        places = self._places
        if self._labels is not None:
            places = balanced_places(places, self._labels, (*seed, _DRAW))
        return shuffled_batches(places, self._batch_size, seed)

    def average(self, stage: Stage) -> WeightAverage | None:
        """Return what follows the weights that learn in a stage, or ``None`` where nothing is averaged."""
        if not self._decay:
            return None
        stage.train()  # frozen layers stay in evaluation, and only what is not moves
        weights = [weight for _, weight in stage.parameters]
        return WeightAverage(self._decay, weights, moving_statistics(stage.learning))
