"""Thinning a curve out to what a screen can show, by the lowest and the highest value of each stretch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def extremes(rows: Floats) -> tuple[Places, Places]:
    """Return for each row the column of its lowest and of its highest finite value; 0 and 0 where it has none."""
    finite = np.isfinite(rows)
    if finite.all():
        return rows.argmin(axis=1), rows.argmax(axis=1)
    return np.where(finite, rows, np.inf).argmin(axis=1), np.where(finite, rows, -np.inf).argmax(axis=1)


def thinned(steps: Floats, values: Floats, points: int) -> tuple[Floats, Floats]:
    """Return at most ``points`` of a series: the lowest and the highest of each stretch, so that no spike is lost.

    A stretch without a finite value keeps its first one: the curve has a gap there.
    """
    if len(steps) <= points:
        return steps, values
    stretches = max(points // 2, 1)
    length = -(-len(steps) // stretches)
    # The last stretch is filled up with NaN, so that all of them are searched in one go.
    padded = np.full(-(-len(steps) // length) * length, np.nan)
    padded[: len(values)] = values
    rows = padded.reshape(-1, length)
    starts = np.arange(len(rows)) * length
    lowest, highest = extremes(rows)
    places = np.unique(np.concatenate([starts + lowest, starts + highest]))
    return steps[places], values[places]


def with_lone_points(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the curve with each value that has no finite neighbour doubled: a line of no length, which is a dot.

    A line that breaks at what is not finite would not show such a value at all.
    """
    finite = np.isfinite(y)
    if finite.all() and len(y) > 1:
        return x, y
    beside = np.zeros(len(y), dtype=bool)
    beside[1:] |= finite[:-1]
    beside[:-1] |= finite[1:]
    times = np.where(finite & ~beside, 2, 1)
    return np.repeat(x, times), np.repeat(y, times)
