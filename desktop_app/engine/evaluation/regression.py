"""Figures of a network that answers with a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from desktop_app.engine.evaluation.predictions import Predictions


@dataclass(frozen=True, eq=False)
class RegressionFigures:
    """Errors in the targets' own unit; ``None`` where there is nothing to compute them from.

    ``r2`` is the share of the targets' variance that is explained; it needs two different targets. ``truth``,
    ``predicted`` and ``residuals`` (predicted less true) are of the samples at ``places``, whose answers are numbers.
    """

    r2: float | None
    mean_absolute_error: float | None
    root_mean_squared_error: float | None
    places: NDArray[np.int64]
    truth: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @property
    def residuals(self) -> NDArray[np.float64]:
        """How far each prediction lies above the truth."""
        return self.predicted - self.truth


def regression_figures(found: Predictions) -> RegressionFigures:
    """Compare predicted with true numbers, leaving out answers that are no numbers."""
    places = np.flatnonzero(found.usable & np.isfinite(found.targets))
    truth = found.targets[places].astype(np.float64)
    predicted = found.answers[places, 0].astype(np.float64)
    if not len(places):
        return RegressionFigures(None, None, None, places, truth, predicted)
    return RegressionFigures(
        float(r2_score(truth, predicted)) if len(np.unique(truth)) > 1 else None,
        float(mean_absolute_error(truth, predicted)),
        float(root_mean_squared_error(truth, predicted)),
        places,
        truth,
        predicted,
    )
