"""What a model says about one input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.inference.onnx_session import OnnxModel


@dataclass(frozen=True)
class Prediction:
    """What a model says about one input: a picture's path, or ``TABLE: row N`` (counted from 1, without the header).

    Classification fills ``label`` (the likeliest), its ``probability``, and the ``probabilities`` of all ``labels``,
    and is ``unsure`` where that probability is below the model's not-sure threshold; regression fills ``value``. An
    input that could not be read has a ``problem`` and nothing else.
    """

    input: str
    label: str | None = None
    probability: float | None = None
    labels: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    value: float | None = None
    problem: str | None = None
    unsure: bool = False


def best(prediction: Prediction, count: int) -> list[tuple[str, float]]:
    """Return the ``count`` likeliest labels with their probabilities, likeliest first, equals in the labels' order."""
    pairs = zip(prediction.labels, prediction.probabilities, strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])[: max(count, 0)]


def prediction_of(model: OnnxModel, name: str, answer: NDArray[np.float32]) -> Prediction:
    """Return one row of what ``model.run`` gives as the prediction for the input ``name``."""
    if not np.isfinite(answer).all():
        return Prediction(name, problem="has no answer: the model gives something that is not a finite number")
    values = tuple(answer.tolist())
    if model.output == "prediction":
        return Prediction(name, value=values[0])
    likeliest = int(np.argmax(answer))
    labels, calibration = model.metadata.labels, model.metadata.calibration
    unsure = calibration is not None and values[likeliest] < calibration.not_sure
    return Prediction(name, labels[likeliest], values[likeliest], labels, values, unsure=unsure)
