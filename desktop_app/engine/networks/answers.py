"""From logits to the answers that people read, and the loss that fits them."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Answers(nn.Module):
    """Map logits to answers, and compare them with targets.

    ``softmax``: ``[batch, classes]`` to probabilities. ``sigmoid``: ``[batch, 1]`` to those of both classes.
    ``number``: ``[batch, 1]`` in standard deviations of the training targets, to the targets' own unit.
    ``temperature`` divides the logits of a classification (Guo et al. 2017, arXiv:1706.04599); training leaves it at 1,
    the export fits it. It changes no label and no loss.
    """

    target_mean: Tensor
    target_std: Tensor

    def __init__(self, output: Literal["softmax", "sigmoid", "number"]) -> None:
        super().__init__()
        self.output = output
        self.temperature = 1.0
        self.register_buffer("target_mean", torch.zeros(()))
        self.register_buffer("target_std", torch.ones(()))

    def fit(self, targets: Tensor) -> None:
        """Take the unit of a regression from its training targets."""
        if self.output == "number":
            targets = targets.to(torch.float64)
            self.target_mean.copy_(targets.mean())
            std = targets.std(correction=0)
            self.target_std.copy_(std if std > 0 else torch.ones(()))

    def forward(self, logits: Tensor) -> Tensor:
        """Return ``float32 [batch, classes]``, or ``[batch, 1]`` for a number."""
        logits = logits.to(torch.float32)
        if self.output == "softmax":
            return (logits / self.temperature).softmax(dim=1)
        if self.output == "sigmoid":
            second = (logits / self.temperature).sigmoid()
            return torch.cat([1.0 - second, second], dim=1)
        return logits * self.target_std + self.target_mean

    def class_logits(self, logits: Tensor) -> Tensor:
        """Return what softmax makes a classification's answers of, ``float32 [batch, classes]``.

        They are divided by the temperature. One unit for two classes becomes ``(0, z)``, because the softmax of these
        is ``(1 - sigmoid(z), sigmoid(z))``.
        """
        logits = logits.to(torch.float32) / self.temperature
        return torch.cat([torch.zeros_like(logits), logits], dim=1) if self.output == "sigmoid" else logits

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss over a batch: cross-entropy in nats, or the squared error in standard deviations."""
        logits = logits.to(torch.float32)
        if self.output == "softmax":
            return F.cross_entropy(logits, targets)
        if self.output == "sigmoid":
            return F.binary_cross_entropy_with_logits(logits[:, 0], targets.to(torch.float32))
        return F.mse_loss(logits[:, 0], (targets - self.target_mean) / self.target_std)

    def are_right(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return ``bool [batch]``, which answers of a classification are right."""
        if self.output == "sigmoid":
            return (logits[:, 0] > 0) == (targets > 0)
        return logits.argmax(dim=1) == targets

    def correct(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return how many answers of a batch are right; 0 for a regression."""
        if self.output == "number":
            return torch.zeros((), dtype=torch.int64, device=logits.device)
        return self.are_right(logits, targets).sum()
