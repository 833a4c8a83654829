"""What the epochs of a run say as a whole: losses and accuracies beside each other, and where the best one was."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.insight.evidence import Evidence, Numbers

# The mean of so many epochs stands for the end of a run: one alone swings with its last few batches.
_END_EPOCHS = 3


@dataclass(frozen=True)
class EpochCurves:
    """The curves of a run, a value an epoch. Those of the validation are empty where there is none.

    Accuracies are empty for a regression. ``constant_loss`` is the loss of an answer that does not look at its input.
    """

    steps: NDArray[np.int64]
    training: Numbers
    validation: Numbers
    training_accuracy: Numbers
    accuracy: Numbers
    constant_loss: float | None

    def __len__(self) -> int:
        return len(self.steps)

    @cached_property
    def best(self) -> int:
        """The place of the epoch with the lowest validation loss."""
        return int(np.argmin(self.validation))

    @property
    def training_end(self) -> float:
        """The training loss of the last epochs."""
        return float(self.training[-_END_EPOCHS:].mean())

    @property
    def validation_end(self) -> float:
        """The validation loss of the last epochs."""
        return float(self.validation[-_END_EPOCHS:].mean())

    @property
    def late_fall(self) -> float:
        """What part of the loss was lost over the last quarter of the epochs, in training and in validation."""
        return min(_late_fall(curve) for curve in self._losses)

    @property
    def late_pace(self) -> float:
        """How fast the losses fell over the last quarter of the epochs, by their mean pace: 1 for a straight line.

        It is that of the slower one of training and validation, and 0 where one did not fall.
        """
        return min(_late_pace(curve) for curve in self._losses)

    @property
    def _losses(self) -> list[Numbers]:
        return [self.training, *([self.validation] if len(self.validation) else [])]


def _quarter(losses: Numbers) -> int:
    """Return how many epochs the last quarter has."""
    return max(1, len(losses) // 4)


def _late_fall(losses: Numbers) -> float:
    if len(losses) < 2:
        return 0.0
    before = float(losses[-1 - _quarter(losses)])
    return (before - float(losses[-1])) / before if before > 0 else 0.0


def _late_pace(losses: Numbers) -> float:
    if len(losses) < 2:
        return 0.0
    late = _quarter(losses)
    whole = float(losses[0] - losses[-1]) / (len(losses) - 1)
    pace = float(losses[-1 - late] - losses[-1]) / late
    return pace / whole if whole > 0 and pace > 0 else 0.0


def epoch_curves(evidence: Evidence) -> EpochCurves | None:
    """Return the curves of a run's epochs so far; ``None`` where none is over, or a loss is not finite."""
    training = evidence.series("epoch_train_loss")
    validation = evidence.series("val_loss").values
    accuracies = [evidence.series(name).values for name in ("train_accuracy", "val_accuracy")]
    # One that is longer or shorter is of an epoch that another process is just writing down.
    if not len(training) or any(len(values) not in (0, len(training)) for values in (validation, *accuracies)):
        return None
    if not (np.isfinite(training.values).all() and np.isfinite(validation).all()):
        return None
    of_training, of_validation = accuracies
    constant_loss = evidence.facts.constant_loss
    return EpochCurves(training.steps, training.values, validation, of_training, of_validation, constant_loss)
