"""Rows of numbers over unevenly spaced steps, brought to as many columns as a picture has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def to_columns(steps: Floats, rows: Floats, low: float, high: float, columns: int, centres: Floats) -> Floats:
    """Return ``rows [row, step]`` as ``[row, column]`` over the steps from ``low`` to ``high``.

    Of several values in a column the one furthest from the row's centre stays, so that a spike of one step is seen. A
    column without a step shows the last one before it. NaN is no value: it stays where a column has nothing else.

    Args:
        steps: Where the values were taken, ``[step]``, rising.
        centres: What is usual for each row, ``[row]``.
    """
    made = np.full((len(rows), columns), np.nan)
    if not len(steps) or high <= low:
        return made
    edges = low + (high - low) * np.arange(columns + 1) / columns
    # The values of column c are those from place firsts[c] to before place firsts[c + 1].
    firsts = np.searchsorted(steps, edges, side="left")
    firsts[-1] = np.searchsorted(steps, edges[-1], side="right")
    filled = firsts[1:] > firsts[:-1]
    held = np.maximum(firsts[1:] - 1, 0)
    made[:] = rows[:, held]
    made[:, firsts[1:] == 0] = np.nan
    # Nothing is known after the last step.
    made[:, edges[:-1] > steps[-1]] = np.nan
    if filled.any() and len(steps) > 1:
        starts = firsts[:-1][filled]
        part = rows[:, : firsts[-1]]
        missing = np.isnan(part)
        highest = np.maximum.reduceat(np.where(missing, -np.inf, part), starts, axis=1)
        lowest = np.minimum.reduceat(np.where(missing, np.inf, part), starts, axis=1)
        centre = centres[:, None]
        with np.errstate(invalid="ignore"):
            extreme = np.where(highest - centre >= centre - lowest, highest, lowest)
        nothing = np.logical_and.reduceat(missing, starts, axis=1)
        made[:, filled] = np.where(nothing, np.nan, extreme)
    return made


def any_in_columns(steps: Floats, rows: NDArray[np.bool_], low: float, high: float, columns: int) -> NDArray[np.bool_]:
    """Return whether any of ``rows [row, step]`` is true in each column, as ``to_columns`` makes them."""
    flags = np.where(rows, 1.0, 0.0)
    return np.asarray(to_columns(steps, flags, low, high, columns, np.zeros(len(rows))) > 0)


def usual(rows: Floats) -> Floats:
    """Return the median of each of ``rows [row, step]``, of some hundred steps at most; 0 where a row has no value."""
    stride = max(1, rows.shape[1] // 256) if rows.ndim == 2 else 1
    some = np.where(np.isfinite(rows[:, ::stride]), rows[:, ::stride], np.nan)
    known = ~np.isnan(some).all(axis=1)
    made = np.zeros(len(rows))
    if known.any():
        made[known] = np.nanmedian(some[known], axis=1)
    return made
