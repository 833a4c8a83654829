"""Histograms of many tensors at once: a few values of each, moved to the host together."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from desktop_app.store.metrics import Histogram

BINS = 40
MOST_VALUES = 4096
"""Of a larger tensor so many values are looked at, evenly chosen."""


def sampled_values(tensor: Tensor) -> Tensor:
    """Return a copy of at most ``MOST_VALUES`` values as ``float32 [n]``, on the device."""
    flat = tensor.detach().reshape(-1)
    stride = max(-(-len(flat) // MOST_VALUES), 1)
    # Prime to the width, so that the values come from all columns.
    while stride > 1 and math.gcd(stride, tensor.shape[-1]) > 1:
        stride += 1
    return flat[::stride].to(torch.float32, copy=True)


def histograms_of(values: Mapping[str, Tensor], step: int) -> dict[str, Histogram]:
    """Return the histogram of each ``float32 [n]``, in ``BINS`` bins from its least to its largest value.

    Values that are not finite are left out; a tensor without finite values has no histogram. Where all values are the
    same they stand in the middle of a bin width around it.
    """
    tensors = {name: tensor for name, tensor in values.items() if len(tensor)}
    if not tensors:
        return {}
    together = torch.cat(list(tensors.values())).cpu().numpy().astype(np.float64)
    found = {}
    start = 0
    for name, tensor in tensors.items():
        own = together[start : start + len(tensor)]
        start += len(tensor)
        own = own[np.isfinite(own)]
        if len(own):
            low, high = float(own.min()), float(own.max())
            if low == high:
                margin = max(abs(low), 1.0) / 2
                low, high = low - margin, high + margin
            # By hand: ``np.histogram`` takes several times as long for so few values.
            places = ((own - low) * (BINS / (high - low))).astype(np.int64)
            counts = np.bincount(np.minimum(places, BINS - 1), minlength=BINS)
            found[name] = Histogram(step, low, high, counts.astype(np.int64))
    return found
