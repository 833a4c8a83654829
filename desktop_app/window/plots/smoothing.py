"""The moving average that calms a noisy curve: exponential, and without a pull towards where it began."""

from __future__ import annotations

import math

import numpy as np

from desktop_app.window.plots.thinning import Floats

# Within a row, weights grow by this much (as a power of e) from the oldest to the newest value: far enough that the row
# before last counts for nothing, not so far that they leave the range of numbers.
_ROW = 230.0
# What weighs less than a millionth of the newest value is not seen in a curve.
_FORGOTTEN = 1e-6


def smoothed(values: Floats, strength: float) -> Floats:
    """Return the debiased exponential moving average of ``values``, as TensorBoard's slider gives it.

    With s from 0 to below 1: m = s·m + (1 - s)·value over the finite values, divided by 1 - s to the power of how many
    there were (Kingma and Ba 2015, arXiv:1412.6980, section 3), so that it begins at the first value. Values that are
    not finite stay as they are, and the average passes over them. Costs a few passes over the values, and no loop in
    Python. (SciPy has the recurrence as ``lfilter``, whose import would hold the window up for a second.)
    """
    finite = np.isfinite(values)
    known = values[finite]
    if strength <= 0.0 or not len(known):
        return values
    scale = float(np.abs(known).max()) or 1.0
    rate = -math.log(strength)
    width = min(len(known), max(1, int(_ROW / rate)))
    rows = np.zeros((-(-len(known) // width), width))
    rows.reshape(-1)[: len(known)] = known / scale
    ages = rate * np.arange(width)
    rows *= np.exp(ages)
    np.cumsum(rows, axis=1, out=rows)
    rows *= (1.0 - strength) * np.exp(-ages)
    # The average at the end of each row fades through the next one.
    rows[1:] += rows[:-1, -1:].copy() * np.exp(-ages - rate)
    averages = rows.reshape(-1)[: len(known)]
    # Where the weights add up to 1 already, nothing is to be made up for.
    begun = averages[: math.ceil(40.0 / rate)]
    begun /= -np.expm1(-rate * np.arange(1, len(begun) + 1))
    result = values.copy()
    result[finite] = averages * scale
    return result


def remembered(strength: float) -> int:
    """Return how many values an average of this strength remembers, to a millionth."""
    return math.ceil(math.log(_FORGOTTEN) / math.log(strength)) if strength > 0.0 else 0
