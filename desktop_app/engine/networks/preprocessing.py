"""From raw values to a network's input: trained with, exported and served by one module, so that nothing can differ."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class PicturePreprocessing(nn.Module):
    """Map ``uint8 [batch, height, width, 3]`` to ``float32 [batch, 3, height, width]``: ``(x/255 - mean) / std``."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float] = (0.5, 0.5, 0.5), std: Sequence[float] = (0.5, 0.5, 0.5)) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).reshape(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32).reshape(1, 3, 1, 1))

    def forward(self, raw: Tensor) -> Tensor:
        """Return the network's input from raw pictures."""
        return self.normalised(raw.permute(0, 3, 1, 2).to(torch.float32) / 255.0)

    def normalised(self, pictures: Tensor) -> Tensor:
        """Return the network's input from pictures of values from 0 to 1, ``[batch, 3, height, width]``."""
        return (pictures - self.mean) / self.std


class TablePreprocessing(nn.Module):
    """Map ``float32 [batch, columns]`` to ``float32 [batch, inputs]``.

    Numbers: missing ones (NaN) become the training mean, then ``(value - mean) / std``. Categories: one input a known
    value, all 0 for a missing or unknown one.

    Args:
        sizes: For each column the number of its categories, or 0 for numbers.
        flagged: Places of number columns that also give an input which is 1 where the value is missing.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, sizes: Sequence[int], flagged: Sequence[int] = ()) -> None:
        super().__init__()
        self.numbers = [place for place, size in enumerate(sizes) if not size]
        self.categories = [(place, size) for place, size in enumerate(sizes) if size]
        self.flagged = list(flagged)
        self.register_buffer("mean", torch.zeros(len(self.numbers)))
        self.register_buffer("std", torch.ones(len(self.numbers)))

    @property
    def inputs(self) -> int:
        """How many numbers the network gets."""
        return len(self.numbers) + len(self.flagged) + sum(size for _, size in self.categories)

    def fit(self, rows: Tensor) -> None:
        """Take mean and standard deviation from training rows, ``[rows, columns]``, missing values left out."""
        if not self.numbers:
            return
        values = rows[:, self.numbers].to(torch.float64)
        present = ~values.isnan()
        count = present.sum(0).clamp(min=1)
        mean = values.nansum(0) / count
        deviation = torch.where(present, values - mean, 0.0)
        std = (deviation.square().sum(0) / count).sqrt()
        self.mean.copy_(mean)
        # A column that never changes has nothing to scale; 1 keeps it at 0 instead of dividing by next to nothing.
        self.std.copy_(torch.where(std > 1e-6 * mean.abs().clamp(min=1e-30), std, 1.0))

    def forward(self, raw: Tensor) -> Tensor:
        """Return the network's input from raw rows."""
        parts = []
        if self.numbers:
            values = raw[:, self.numbers]
            parts.append((torch.where(values.isnan(), self.mean, values) - self.mean) / self.std)
        if self.flagged:
            parts.append(raw[:, self.flagged].isnan().to(torch.float32))
        for place, size in self.categories:
            known = torch.arange(size, device=raw.device, dtype=raw.dtype)
            parts.append((raw[:, place : place + 1] == known).to(torch.float32))
        return torch.cat(parts, dim=1)
