"""How far two sets of answers differ, and whether that is little enough."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.export.proof.parity_card import Parity, ParityRule


def compare(
    ours: NDArray[np.float32],
    theirs: NDArray[np.float32],
    labels: NDArray[np.int64] | None,
    scale: float = 1.0,
    rule: ParityRule | None = None,
    targets: NDArray[Any] | None = None,
) -> Parity:
    """Compare two sets of answers, ``[samples, classes]`` each; ``rule`` says what passes.

    Differences are divided by ``scale``. Answers that are not finite never pass. ``targets`` are a regression's, in
    the answers' unit, and tell how much of their variance is explained.
    """
    rule = rule or ParityRule()
    difference = np.abs(ours.astype(np.float64) - theirs) / scale
    if not difference.size:
        return Parity(
            samples=0,
            top1_agreement=0.0,
            max_abs_diff=float("inf"),
            mean_abs_diff=float("inf"),
            accuracy_torch=None,
            accuracy_onnx=None,
            passed=False,
        )
    largest = float(difference.max())
    close = bool(np.isfinite(largest)) and (rule.largest is None or largest <= rule.largest)
    if ours.shape[1] < 2:
        allowed = rule.largest if rule.largest is not None else np.inf
        found = Parity(
            samples=len(ours),
            top1_agreement=float((difference.max(axis=1) <= allowed).mean()),
            max_abs_diff=largest,
            mean_abs_diff=float(difference.mean()),
            accuracy_torch=None,
            accuracy_onnx=None,
            passed=close,
            explained_torch=_explained(ours, targets),
            explained_onnx=_explained(theirs, targets),
        )
        if rule.most_lost is None or found.lost <= rule.most_lost + 1e-12:
            return found
        return found.model_copy(update={"passed": False})
    best_ours, best_theirs = ours.argmax(axis=1), theirs.argmax(axis=1)
    ranked = np.sort(ours.astype(np.float64), axis=1)
    undecided = ranked[:, -1] - ranked[:, -2] <= difference.max(axis=1)
    same = best_ours == best_theirs
    right_ours = None if labels is None else float((best_ours == labels).mean())
    right_theirs = None if labels is None else float((best_theirs == labels).mean())
    passed = close and (rule.largest is None or bool((same | undecided).all()))
    if rule.most_lost is not None and right_ours is not None and right_theirs is not None:
        passed = passed and right_ours - right_theirs <= rule.most_lost + 1e-12
    return Parity(
        samples=len(ours),
        top1_agreement=float(same.mean()),
        max_abs_diff=largest,
        mean_abs_diff=float(difference.mean()),
        accuracy_torch=right_ours,
        accuracy_onnx=right_theirs,
        passed=passed,
    )


def _explained(answers: NDArray[np.float32], targets: NDArray[Any] | None) -> float | None:
    """Return the share of the targets' variance that the answers explain, R²; ``None`` where there is no variance."""
    if targets is None or not np.isfinite(answers).all():
        return None
    wanted = np.asarray(targets, dtype=np.float64).reshape(-1)
    variance = float(np.square(wanted - wanted.mean()).sum())
    if variance <= 0:
        return None
    return 1.0 - float(np.square(answers.astype(np.float64).reshape(-1) - wanted).sum()) / variance
