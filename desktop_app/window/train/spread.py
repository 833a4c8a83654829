"""Histograms of a tensor over time, brought to common bins so that they can be laid side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.store.metrics import Histogram

Floats = NDArray[np.float64]

BINS = 64
# A single tensor that bursts must not press all others into one bin: a few of the widest are cut off.
_KEPT_MASS = (0.001, 0.999)
_KEPT_HISTOGRAMS = (0.05, 0.95)


@dataclass(frozen=True)
class Spread:
    """``shares [bin, time]`` of the values that lie in each of equally wide bins between ``low`` and ``high``."""

    steps: Floats
    low: float
    high: float
    shares: Floats

    @property
    def edges(self) -> Floats:
        """The bins' edges, ``[bin + 1]``."""
        return np.linspace(self.low, self.high, len(self.shares) + 1)


def spread_of(histograms: Sequence[Histogram]) -> Spread | None:
    """Return histograms in common bins, or ``None`` where there are none with a value.

    Values spread evenly within their own bins. The range leaves out a thousandth of the values at either end, and the
    widest twentieth of the histograms, but always shows the last one whole.
    """
    kept = [each for each in histograms if each.counts.sum() > 0 and np.isfinite([each.low, each.high]).all()]
    if not kept:
        return None
    ends = np.array([_ends(each) for each in kept])
    low = min(float(np.quantile(ends[:, 0], _KEPT_HISTOGRAMS[0])), float(ends[-1, 0]))
    high = max(float(np.quantile(ends[:, 1], _KEPT_HISTOGRAMS[1])), float(ends[-1, 1]))
    if not high > low:
        low, high = low - max(abs(low), 1e-12) * 0.5, high + max(abs(high), 1e-12) * 0.5
    edges = np.linspace(low, high, BINS + 1)
    shares = np.stack([_rebinned(each, edges) for each in kept], axis=1)
    return Spread(np.array([each.step for each in kept], dtype=np.float64), low, high, shares)


def _cumulated(histogram: Histogram) -> tuple[Floats, Floats]:
    """Return edges and the share of values below each."""
    counts = histogram.counts.astype(np.float64)
    edges = np.linspace(histogram.low, histogram.high, len(counts) + 1)
    return edges, np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])


def _ends(histogram: Histogram) -> tuple[float, float]:
    edges, below = _cumulated(histogram)
    # Where a share is reached at several edges, because bins between are empty, the innermost counts.
    low = edges[int(np.searchsorted(below, _KEPT_MASS[0], side="right")) - 1]
    high = edges[min(int(np.searchsorted(below, _KEPT_MASS[1], side="left")), len(edges) - 1)]
    return float(low), float(high)


def _rebinned(histogram: Histogram, edges: Floats) -> Floats:
    if histogram.high <= histogram.low:
        # All values are the same: they lie in one bin.
        made = np.zeros(len(edges) - 1)
        place = int(np.searchsorted(edges, histogram.low, side="right")) - 1
        if 0 <= place <= len(made):
            made[min(place, len(made) - 1)] = 1.0
        return made
    own, below = _cumulated(histogram)
    return np.diff(np.interp(edges, own, below))
