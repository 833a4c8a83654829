"""The loss that weights are trained with: the answers' own, with smoothed targets and weighted classes where asked."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from desktop_app.engine.networks.answers import Answers


class TrainingLoss:
    """Compute the loss of a training batch. Validation keeps ``Answers.loss``, so that curves of runs compare.

    Args:
        answers: Says which loss fits. A regression takes neither smoothing nor weights.
        smoothing: Share of each target that is spread evenly over all classes, 0 to 1: with ``s`` and ``k`` classes
            the right one is asked for with ``1 - s + s/k``, the others with ``s/k`` each (Szegedy 2016,
            arXiv:1512.00567).
        weights: ``float32 [classes]`` what a sample of each class counts, or ``None``. The weighted losses are summed
            and divided by the number of samples, as scikit-learn does. (torch divides by the sum of their weights
            where targets are classes, and by the number of samples where they are shares of classes.)
    """

    def __init__(self, answers: Answers, smoothing: float = 0.0, weights: Tensor | None = None) -> None:
        self._answers = answers
        self._smoothing = smoothing
        self._weights = weights

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss in nats; ``targets`` are places of classes, or shares ``float32 [batch, classes]``."""
        if targets.ndim == 1 and self._weights is None and not self._smoothing:
            return self._answers.loss(logits, targets)
        logits = logits.to(torch.float32)
        if self._answers.output == "sigmoid":
            # A sigmoid of x is a softmax of (0, x): the two-class loss, with whatever softens or weighs it.
            logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
        summed = F.cross_entropy(
            logits, targets, weight=self._weights, label_smoothing=self._smoothing, reduction="sum"
        )
        return summed / len(targets)


def dominant(targets: Tensor) -> Tensor:
    """Return the class that has the largest share of each target, for counting right answers on mixed samples."""
    return targets.argmax(dim=1) if targets.ndim == 2 else targets
