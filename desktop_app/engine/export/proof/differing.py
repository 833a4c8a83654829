"""Which samples an exported file and its network answer most differently."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.export.proof.parity_card import Difference
from desktop_app.engine.validation_samples import ValidationSamples

MOST_DIFFERING = 24


def differing_samples(
    samples: ValidationSamples,
    ours: NDArray[np.float32],
    theirs: NDArray[np.float32],
    scale: float = 1.0,
    most: int = MOST_DIFFERING,
) -> tuple[Difference, ...]:
    """Return up to ``most`` samples with both answers: those with another label first, then the furthest apart.

    Samples that are answered alike to the last bit are none. Differences are divided by ``scale``.
    """
    return tuple(
        _difference(samples, place, ours[place], theirs[place], scale)
        for place in most_differing(ours, theirs)[:most].tolist()
    )


def most_differing(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the places of samples that are answered differently, in the order of ``differing_samples``."""
    apart = _apart(ours, theirs)
    other_label = ours.argmax(axis=1) != theirs.argmax(axis=1)
    order = np.lexsort((np.arange(len(apart)), -apart, ~other_label))
    return order[apart[order] > 0]


def _apart(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return each sample's largest difference, infinite where one of the answers is not finite."""
    apart = np.abs(ours.astype(np.float64) - theirs).max(axis=1)
    return np.where(np.isfinite(apart), apart, np.inf)


def _difference(
    samples: ValidationSamples, place: int, ours: NDArray[np.float32], theirs: NDArray[np.float32], scale: float
) -> Difference:
    target = samples.targets[place]
    return Difference(
        name=samples.names[place],
        truth=samples.task.classes[int(target)] if samples.task.is_classification else f"{float(target):g}",
        torch_label=_label(samples, ours),
        onnx_label=_label(samples, theirs),
        torch=_numbers(ours),
        onnx=_numbers(theirs),
        difference=float(_apart(ours[None], theirs[None])[0]) / scale,
    )


def _label(samples: ValidationSamples, answer: NDArray[np.float32]) -> str:
    if samples.task.is_classification:
        return samples.task.classes[int(answer.argmax())]
    return f"{float(answer[0]):g}"


def _numbers(answer: NDArray[np.float32]) -> tuple[float, ...]:
    """Return float32 numbers with the seven digits they have: a card of a thousand classes is kept as text."""
    return tuple(float(f"{number:.7g}") for number in answer.tolist())
