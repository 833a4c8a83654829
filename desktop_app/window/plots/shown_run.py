"""A run as plots show it: where its numbers come from, its colour, its best epoch and where its epochs end."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import DownslopeError
from desktop_app.window.plots.series_buffer import SeriesBuffer, SeriesSource
from desktop_app.window.plots.thinning import Floats

# What is known of each epoch; few numbers, which every plot needs.
_OF_EPOCHS = ("epoch_train_loss", "val_loss", "val_accuracy")


@dataclass(eq=False)
class ShownRun:
    """One run on show. ``key`` is its folder, empty until there is one; ``colour`` is its place in the palette."""

    key: str
    name: str
    source: SeriesSource
    colour: int = 0
    hidden: bool = False
    best_step: int | None = None
    """The last step of the best epoch: of the highest accuracy, then the lowest loss; ``None`` before the first."""
    epochs: dict[str, SeriesBuffer] = field(default_factory=lambda: {name: SeriesBuffer(name) for name in _OF_EPOCHS})
    _is_regression: bool | None = field(default=None, init=False)

    def pull(self) -> bool:
        """Take what is new of its epochs; returns whether there was anything."""
        pulled = [buffer.pull(self.source) for buffer in self.epochs.values()]
        if any(pulled):
            self.best_step = self._find_best()
        return any(pulled)

    @property
    def is_regression(self) -> bool:
        """Whether it learns numbers instead of classes: known once its folder is, before anything was measured."""
        if self._is_regression is None and self.key:
            self._is_regression = learns_numbers(Path(self.key))
        return bool(self._is_regression)

    def place(self, step: float, *, by_epoch: bool) -> float:
        """Return where ``step`` stands on a horizontal axis of steps or of epochs."""
        return float(self.as_epochs(np.array([float(step)]))[0]) if by_epoch else float(step)

    def as_epochs(self, steps: Floats) -> Floats:
        """Return at which epoch each step is, in fractions; steps behind the last epoch's end are as long as in it.

        NaN everywhere before an epoch has ended: nobody knows yet how long one is.
        """
        ends = self.epochs["epoch_train_loss"].steps
        if not len(ends):
            return np.full(len(steps), np.nan)
        known = _with_zero(ends)
        numbers = np.arange(len(known), dtype=np.float64)
        last = known[-1] - known[-2]
        return np.where(
            steps <= known[-1], np.interp(steps, known, numbers), numbers[-1] + (steps - known[-1]) / max(last, 1.0)
        )

    def as_step(self, epoch: float) -> float:
        """Return the step at which ``epoch`` is, the other way round."""
        ends = self.epochs["epoch_train_loss"].steps
        if not len(ends) or not np.isfinite(epoch):
            return epoch
        known = _with_zero(ends)
        behind = epoch - (len(known) - 1)
        if behind > 0:
            return float(known[-1] + behind * (known[-1] - known[-2]))
        return float(np.interp(epoch, np.arange(len(known)), known)) if epoch >= 0 else epoch

    def _find_best(self) -> int | None:
        losses, accuracies = self.epochs["val_loss"], self.epochs["val_accuracy"]
        loss = np.where(np.isfinite(losses.values), losses.values, np.inf)
        if not len(loss) or np.isinf(loss).all():
            return None
        if len(accuracies) != len(losses):
            return int(losses.steps[int(loss.argmin())])
        accuracy = np.where(np.isfinite(accuracies.values), accuracies.values, -np.inf)
        return int(losses.steps[np.lexsort((loss, -accuracy))[0]])


def learns_numbers(folder: Path) -> bool:
    """Return whether the run in ``folder`` is a regression, by its task."""
    from desktop_app.engine.run import Run

    try:
        return not Run.open(folder).task.is_classification
    except DownslopeError:
        # A run that cannot be read says so elsewhere.
        return False


def _with_zero(ends: NDArray[np.int64]) -> Floats:
    return np.concatenate([[0.0], ends.astype(np.float64)])
