"""Random changes of training pictures, drawn anew for every batch from torch's generator."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn


class Augmentation(nn.Module):
    """Change ``uint8 [batch, height, width, 3]`` at random, each picture on its own.

    ``light``: mirrored, moved and scaled a little. ``strong``: light, and colours, and one of torchvision's
    TrivialAugment changes (Müller and Hutter 2021, arXiv:2103.10158).
    """

    def __init__(self, strength: Literal["light", "strong"], height: int, width: int) -> None:
        import torchvision
        from torchvision.transforms import v2

        super().__init__()
        self.settings = f"{strength} {height}x{width} torchvision {torchvision.__version__}"
        steps: list[nn.Module] = [
            v2.RandomHorizontalFlip(),
            v2.RandomResizedCrop((height, width), scale=(0.7, 1.0), ratio=(0.85, 1.18), antialias=True),
        ]
        if strength == "strong":
            steps += [v2.TrivialAugmentWide(), v2.ColorJitter(0.2, 0.2, 0.2)]
        self.change = v2.Compose(steps)

    def forward(self, raw: Tensor) -> Tensor:
        """Return changed pictures, of the same shape and type."""
        import torch

        pictures = raw.permute(0, 3, 1, 2)
        # A picture at a time: torchvision draws one change a call, and a whole batch changed alike teaches little.
        changed = torch.stack([self.change(picture) for picture in pictures])
        return changed.permute(0, 2, 3, 1)
