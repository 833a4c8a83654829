"""What an epoch's validation says of each class, and of the answers that the network is surest of."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from desktop_app.engine.networks.answers import Answers

# A half and a quarter of the answers.
_PARTS = (2, 4)


class ClassTally:
    """Counts answers batch by batch on the device; nothing reaches the host before ``counts`` is read.

    How sure an answer is, is its margin: the best class's logit less the second best's. Where labels are right, what a
    network gets wrong are mostly samples between two classes, and those have small margins. A wrong label knows nothing
    of margins: it stands as often beside a sure answer as beside a doubtful one. So the share of wrong answers in the
    surer half tells the one from the other (the idea of confident learning: Northcutt 2021, arXiv:1911.00068), and in
    the surest quarter even more so: mistakes go on growing fewer there, wrong labels do not.
    """

    def __init__(self, classes: int, device: torch.device) -> None:
        self._classes = classes
        self._right = torch.zeros(classes, device=device)
        self._all = torch.zeros(classes, device=device)
        self._margins: list[Tensor] = []
        self._wrong: list[Tensor] = []

    def add(self, answers: Answers, logits: Tensor, targets: Tensor) -> None:
        """Count a batch's answers."""
        right = answers.are_right(logits, targets)
        # Not ``bincount``: on an accelerator it waits for the largest class.
        self._right.index_add_(0, targets, right.to(self._right.dtype))
        self._all.index_add_(0, targets, torch.ones_like(targets, dtype=self._all.dtype))
        best = answers.class_logits(logits).topk(2, dim=1).values
        self._margins.append(best[:, 0] - best[:, 1])
        self._wrong.append(~right)

    def counts(self) -> Tensor:
        """Return ``float32 [2 * classes + 2]``: right answers and samples a class, wrong ones in the surest parts."""
        margins, wrong = torch.cat(self._margins), torch.cat(self._wrong)
        surest = [
            wrong[margins.topk(len(margins) // part).indices].sum().to(self._right.dtype).reshape(1) for part in _PARTS
        ]
        return torch.cat([self._right, self._all, *surest])

    def accuracy(self, counts: Sequence[float]) -> float:
        """Return the share of right answers."""
        return sum(counts[: self._classes]) / sum(counts[self._classes : 2 * self._classes])

    def recall(self, counts: Sequence[float]) -> tuple[float | None, ...]:
        """Return the share of right answers of each class; ``None`` for one without samples."""
        right, samples = counts[: self._classes], counts[self._classes : 2 * self._classes]
        return tuple(hit / of if of else None for hit, of in zip(right, samples, strict=True))

    def surest_errors(self, counts: Sequence[float]) -> tuple[float, ...]:
        """Return the share of wrong answers in the surest half and in the surest quarter; empty where one has none."""
        samples = int(sum(counts[self._classes : 2 * self._classes]))
        if samples < max(_PARTS):
            return ()
        return tuple(wrong / (samples // part) for wrong, part in zip(counts[2 * self._classes :], _PARTS, strict=True))
