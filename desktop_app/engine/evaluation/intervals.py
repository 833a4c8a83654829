"""How sure a share is that was counted on few samples."""

from __future__ import annotations

from scipy.stats import binomtest

CONFIDENCE = 0.95


def accuracy_interval(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of which ``right`` out of ``total`` were counted, 0 to 1.

    Wilson's score interval (E. B. Wilson, Journal of the American Statistical Association 22, 1927, pages 209 to 212),
    which stays within 0 and 1 and is sound for few samples and for shares near 1. Nothing counted: 0 to 1.
    """
    if not total:
        return 0.0, 1.0
    found = binomtest(right, total).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)
