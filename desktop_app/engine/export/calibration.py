"""What validation samples teach about a classifier's probabilities: a temperature, and when to say *not sure*.

A network that is trained to be right goes on to become certain: its probabilities are higher than its share of right
answers. Dividing all logits by one number, the temperature, changes no label and mends most of it (Guo et al. 2017,
arXiv:1706.04599, section 4.2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop_app.inference.metadata import Calibration

WANTED = 0.95
"""The share of right answers among those that count as sure."""
BOUNDS = (0.01, 100.0)
"""Temperatures that are looked at. Beyond, logits are as good as equal, or the likeliest label as good as certain."""
LIKELIER_WRONG = 0.5
"""Below it a calibrated answer is more likely wrong than right, however good the validation samples' answers were."""
_GRID = 41
# Digits that are kept: the last bits of logits depend on the number of threads, and a file is to come out the same.
_TEMPERATURE_DIGITS = 4
_THRESHOLD_DECIMALS = 6


def calibrate(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> Calibration:
    """Return temperature and threshold for ``logits``, ``[samples, classes]``, that were not trained on.

    The threshold is ``LIKELIER_WRONG`` at least. No samples, or logits that are not finite (such a network fails its
    comparison anyway), teach nothing.
    """
    if not len(labels) or not np.isfinite(logits).all():
        return Calibration()
    temperature = fit_temperature(logits, labels)
    probabilities = _softmax(logits / temperature)
    right = probabilities.argmax(axis=1) == labels
    return Calibration(temperature, max(not_sure_below(probabilities.max(axis=1), right), LIKELIER_WRONG))


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Return the temperature within ``BOUNDS`` that makes the labels likeliest, in four significant digits.

    The likelihood is of softened labels. Where all samples are told apart, every lower temperature is likelier, and the
    search would end at certainty after a handful of right answers. Platt (1999, *Probabilistic Outputs for Support
    Vector Machines*, section 2.2) met the same: a share of right answers of which nothing was known before is, after
    ``n`` of ``n``, best taken for ``(n + 1) / (n + 2)``, by Laplace's rule of succession. So each label counts with
    ``(n + 1) / (n + 2)``, and the rest of it is shared among the other classes: as if about one answer more had been
    wrong. With many samples this fades.

    With ``t = 1 / T`` the sum is convex in ``t``, so there is one minimum; a grid over ``log T`` finds its
    neighbourhood, a bounded scalar search the rest.
    """
    from scipy.optimize import minimize_scalar

    logits = np.asarray(logits, dtype=np.float64)
    samples, classes = logits.shape
    # Of the loss, cross-entropy with softened labels, all but the logarithm is linear in the logits: summed up once.
    trusted = (samples + 1) / (samples + 2)
    shifted = logits - logits.max(axis=1, keepdims=True)
    true = shifted[np.arange(samples), labels]
    others = (shifted.sum(axis=1) - true) / max(classes - 1, 1)
    expected = float((trusted * true + (1 - trusted) * others).mean())

    def loss(log_temperature: float) -> float:
        scale = float(np.exp(-log_temperature))
        return float(np.log(np.exp(shifted * scale).sum(axis=1)).mean()) - expected * scale

    grid = np.linspace(np.log(BOUNDS[0]), np.log(BOUNDS[1]), _GRID)
    best = int(np.argmin([loss(each) for each in grid]))
    around = (grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)])
    found = minimize_scalar(loss, bounds=around, method="bounded", options={"xatol": 1e-7})
    temperature = np.exp(found.x)
    return float(f"{min(max(temperature, BOUNDS[0]), BOUNDS[1]):.{_TEMPERATURE_DIGITS}g}")


def not_sure_below(confidences: NDArray[np.floating], right: NDArray[np.bool_], wanted: float = WANTED) -> float:
    """Return the lowest probability at and above which at least ``wanted`` of the answers are right.

    ``confidences`` are the likeliest labels' probabilities, and ``right`` whether these labels are. The threshold lies
    midway between the last answer that counts and the next one below, and answers of equal probability are on one side.
    It is 0 where all answers together are right often enough, and 1, which sends every answer to a person, where not
    even the most certain ones are. A few samples say little: one right answer at the top is enough for a threshold.
    """
    if not len(confidences):
        return 0.0
    values, place = np.unique(np.asarray(confidences, dtype=np.float64), return_inverse=True)
    counts = np.bincount(place, minlength=len(values))
    hits = np.bincount(place, weights=np.asarray(right, dtype=np.float64), minlength=len(values))
    # From each value upwards.
    share = np.cumsum(hits[::-1])[::-1] / np.cumsum(counts[::-1])[::-1]
    enough = np.flatnonzero(share >= wanted - 1e-12)
    if not len(enough):
        return 1.0
    lowest = int(enough[0])
    if lowest == 0:
        return 0.0
    below, above = float(values[lowest - 1]), float(values[lowest])
    middle = (below + above) / 2
    rounded = round(middle, _THRESHOLD_DECIMALS)
    return rounded if below < rounded <= above else middle


def _softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    exponentials = np.exp(np.asarray(logits, dtype=np.float64) - logits.max(axis=1, keepdims=True))
    softened: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return softened
