"""Proof that an exported file gives the answers of the network it came from, on the person's own validation samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from desktop_app.engine.networks.build import Model
from desktop_app.engine.validation_samples import ValidationSamples
from desktop_app.inference.onnx_session import OnnxModel

# The largest difference of a probability that float32 arithmetic in another order is allowed.
TOLERANCE = 1e-4
_BATCH = 32


@dataclass(frozen=True)
class Parity:
    """How far the file and the network differ.

    ``max_abs_diff`` is of probabilities; for a regression, of predictions in the training targets' standard deviations.
    ``top1_agreement`` is the share of samples with the same label. The accuracies are ``None`` for a regression.
    """

    samples: int
    top1_agreement: float
    max_abs_diff: float
    accuracy_torch: float | None
    accuracy_onnx: float | None
    passed: bool


def measure_parity(
    model: Model, onnx_model: OnnxModel, samples: ValidationSamples, report: Callable[[int], None]
) -> Parity:
    """Run all samples through both and compare. ``report`` is called with the number of samples done."""
    ours, theirs = [], []
    done = 0
    for raw in samples.batches(_BATCH):
        with torch.no_grad():
            ours.append(model.answers(model.logits(torch.from_numpy(raw))).numpy())
        theirs.append(onnx_model.run(raw, batch_size=_BATCH))
        done += len(raw)
        report(done)
    if not done:
        return Parity(0, 0.0, float("inf"), None, None, passed=False)
    scale = float(model.answers.target_std) if model.answers.output == "number" else 1.0
    return compare(np.concatenate(ours), np.concatenate(theirs), samples.labels, scale)


def compare(
    ours: NDArray[np.float32], theirs: NDArray[np.float32], labels: NDArray[np.int64] | None, scale: float = 1.0
) -> Parity:
    """Compare two sets of answers, ``[samples, classes]`` each.

    Passed where the largest difference is at most ``TOLERANCE`` and the labels are the same wherever the two best
    answers lie further apart than that difference.
    """
    difference = np.abs(ours.astype(np.float64) - theirs) / scale
    largest = float(difference.max())
    close = bool(np.isfinite(largest) and largest <= TOLERANCE)
    if ours.shape[1] < 2:
        within = float((difference.max(axis=1) <= TOLERANCE).mean())
        return Parity(len(ours), within, largest, None, None, close)
    best_ours, best_theirs = ours.argmax(axis=1), theirs.argmax(axis=1)
    ranked = np.sort(ours.astype(np.float64), axis=1)
    undecided = ranked[:, -1] - ranked[:, -2] <= difference.max(axis=1)
    same = best_ours == best_theirs
    return Parity(
        samples=len(ours),
        top1_agreement=float(same.mean()),
        max_abs_diff=largest,
        accuracy_torch=None if labels is None else float((best_ours == labels).mean()),
        accuracy_onnx=None if labels is None else float((best_theirs == labels).mean()),
        passed=close and bool((same | undecided).all()),
    )
