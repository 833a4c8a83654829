"""How many validation samples are trained on as well, as exact copies."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from numpy.typing import NDArray

from desktop_app.engine.data.sources import InMemory
from desktop_app.engine.job import Job
from desktop_app.engine.task import TableInput

# Rows of a table that has so few values a column repeat by chance: so many copies of a row are then expected.
_EXPECTED_BY_CHANCE = 0.01
# So many training rows say how often a column's values repeat.
_SAMPLED_ROWS = 2000


def copied_share(job: Job) -> float | None:
    """Return the share of the validation samples that stand in the training split too, to the last bit, 0 to 1.

    ``None`` where there are none, where they are read from files while training, and where the rows of a table repeat
    by chance, because its columns have few different values: such rows are no copies of one sample.
    """
    if not isinstance(job.source, InMemory) or not len(job.split.validation):
        return None
    training = _bytes(job.source.values, job.split.training)
    if isinstance(job.task.input, TableInput) and _repeats_by_chance(job):
        return None
    known = set(training)
    return sum(row in known for row in _bytes(job.source.values, job.split.validation)) / len(job.split.validation)


def _bytes(values: torch.Tensor, places: NDArray[np.int64]) -> list[bytes]:
    """Return a fingerprint of each sample."""
    chosen = values[torch.from_numpy(places).to(values.device)].cpu().contiguous().numpy()
    return [hashlib.blake2b(sample.tobytes(), digest_size=16).digest() for sample in chosen]


def _repeats_by_chance(job: Job) -> bool:
    """Return whether a row would be met again among the training rows if columns knew nothing of each other."""
    assert isinstance(job.source, InMemory)
    rows = job.source.values[torch.from_numpy(job.split.training[:_SAMPLED_ROWS]).to(job.device)].cpu().numpy()
    meets = np.log(np.maximum([_meeting(column) for column in rows.T], 1e-12)).sum()
    return bool(meets + np.log(len(job.split.training)) > np.log(_EXPECTED_BY_CHANCE))


def _meeting(column: NDArray[np.float32]) -> float:
    """Return how likely two different rows have the same value in a column."""
    _, counts = np.unique(column, return_counts=True)
    rows = len(column)
    return float((counts * (counts - 1)).sum() / max(1, rows * (rows - 1)))
