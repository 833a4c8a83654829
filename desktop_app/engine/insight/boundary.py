"""Where a network of two inputs draws the line between its classes: its answers on a grid over the data's range."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from desktop_app.engine.job import Job
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.engine.task import TableInput, Task

GRID = 60
"""Places along each side of the grid."""

MARGIN = 0.1
"""The grid reaches so much further than the training data, as a share of its range, on each side."""

MOST_POINTS = 1000


@dataclass(frozen=True, eq=False)
class Boundary:
    """A network's answers at ``step``, in the columns' own units.

    ``winner`` is the place of the most probable class in ``classes`` and ``certainty`` its probability, both
    ``[len(y), len(x)]``, so that row 0 lies at the smallest ``y``. ``points`` are training samples, ``float32 [n, 2]``,
    and ``labels`` their classes. No array is written to once it is here.
    """

    step: int
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    winner: NDArray[np.int64]
    certainty: NDArray[np.float64]
    points: NDArray[np.float32]
    labels: NDArray[np.int64]
    names: tuple[str, str]
    classes: tuple[str, ...]


def has_boundary(task: Task) -> bool:
    """Whether a task tells classes apart by exactly two number columns."""
    columns = task.input
    if not isinstance(columns, TableInput) or not task.is_classification:
        return False
    return len(columns.names) == 2 and not any(columns.vocabularies.values())


class BoundaryDrawer:
    """Draws the boundary of a job's network as it stands, as often as it is asked to; changes nothing.

    Raises: ``ValueError`` for a job that has none; see ``has_boundary``.
    """

    def __init__(self, job: Job) -> None:
        if not has_boundary(job.task):
            raise ValueError("a boundary is drawn for classes and two number columns")
        self._job = job
        places = torch.from_numpy(job.split.training)
        rows = next(job.source.batches([places])).cpu().numpy().astype(np.float32)
        labels = job.targets.cpu().numpy()[job.split.training]
        whole = np.isfinite(rows).all(axis=1)
        rows, labels = rows[whole], labels[whole]
        self._x, self._y = (_axis(rows[:, column]) for column in (0, 1))
        grid = np.stack([axis.ravel() for axis in np.meshgrid(self._x, self._y)], axis=1)
        self._grid = torch.from_numpy(grid.astype(np.float32)).to(job.device)
        # Evenly from all of them: samples often lie class by class.
        some = slice(None, None, max(-(-len(rows) // MOST_POINTS), 1))
        self._points, self._labels = rows[some], labels[some]

    def draw(self, step: int) -> Boundary:
        """Return the boundary of the network at ``step``."""
        job = self._job
        assert isinstance(job.task.input, TableInput)
        with torch.no_grad(), _evaluating(job.model.network), own_random_numbers(0):
            best = job.model.answers(job.model.logits(self._grid)).max(dim=1)
        shape = (len(self._y), len(self._x))
        return Boundary(
            step,
            self._x,
            self._y,
            best.indices.cpu().numpy().reshape(shape),
            best.values.cpu().numpy().astype(np.float64).reshape(shape),
            self._points,
            self._labels,
            (job.task.input.names[0], job.task.input.names[1]),
            job.task.classes,
        )


def _axis(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the grid's places along a column; one whose values are all the same is given a range of 1."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    margin = MARGIN * (high - low) or 0.5
    return np.linspace(low - margin, high + margin, GRID)


@contextmanager
def _evaluating(network: nn.Module) -> Iterator[None]:
    """Have every module in evaluation mode within the block, and each as it was behind it."""
    training = [module for module in network.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
