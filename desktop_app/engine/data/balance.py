"""What makes up for rare classes: they count more in the loss, or are drawn more often."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """Return ``float32 [classes]``: the inverse of each class's share, so that a sample counts 1 on average.

    ``samples / (classes present * samples of the class)``, which is scikit-learn's ``class_weight="balanced"`` (King
    and Zeng 2001, Logistic Regression in Rare Events Data). A class of which there is no sample weighs 1.
    """
    # On the host: not every device has float64.
    counts = torch.bincount(labels, minlength=classes).cpu().to(torch.float64)
    present = counts > 0
    weights = torch.ones(classes, dtype=torch.float64)
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights.to(torch.float32).to(labels.device)


def balanced_places(places: Tensor, labels: Tensor, seed: tuple[int, ...]) -> Tensor:
    """Return as many places as there are, with equally many of each class; drawn from ``seed`` alone.

    Of a class that has more samples than its part, some are left out, others in each epoch; those of a smaller one come
    equally often, to within once. Where the classes do not divide the number, which of them have one sample more is
    drawn too.

    Args:
        places: ``int64 [samples]``, those that are trained on.
        labels: ``int64 [samples]``, the class of each of them.
    """
    generator = np.random.default_rng(seed)
    of_class = [places[labels == label].numpy() for label in torch.unique(labels)]
    part, left_over = divmod(len(places), len(of_class))
    more = np.zeros(len(of_class), dtype=np.int64)
    more[generator.permutation(len(of_class))[:left_over]] = 1
    drawn = []
    for members, wanted in zip(of_class, part + more, strict=True):
        rounds, rest = divmod(int(wanted), len(members))
        drawn += [members] * rounds + [generator.permutation(members)[:rest]]
    return torch.from_numpy(np.concatenate(drawn))
