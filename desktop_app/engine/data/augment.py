"""Random changes of training pictures, drawn anew for every batch from torch's generator."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

# Below this many pixels a picture is moved by whole pixels: scaling would blur what little there is.
SMALL_PIXELS = 64
# CIFAR's 32 pixels are moved by up to 4 (He 2016, arXiv:1512.03385).
_MOVED_SHARE = 1 / 8
_LARGEST_MAGNITUDE = 30


class Augmentation(nn.Module):
    """Change ``uint8 [batch, height, width, 3]`` at random, each picture on its own.

    ``light``: half of the pictures are mirrored, and each is moved and scaled: a part of 70 to 100 % of its area, or
    for pictures of less than 64 pixels a shift of up to an eighth of the side, with black behind it. ``strong``: light,
    one of TrivialAugment's changes at a random strength (Müller and Hutter 2021, arXiv:2103.10158), and brightness,
    contrast and saturation within 20 %. TrivialAugment moves by up to 32 pixels, which would push a small picture out
    of sight: small ones get the same choice from RandAugment's changes, whose shifts are shares of the side (Cubuk
    2019, arXiv:1909.13719).
    """

    def __init__(self, strength: Literal["light", "strong"], height: int, width: int) -> None:
        import torchvision
        from torchvision.transforms import v2

        super().__init__()
        self.settings = f"{strength} {height}x{width} torchvision {torchvision.__version__}"
        small = min(height, width) < SMALL_PIXELS
        steps: list[nn.Module] = [v2.RandomHorizontalFlip()]
        if small:
            steps.append(v2.RandomCrop((height, width), padding=max(1, round(min(height, width) * _MOVED_SHARE))))
        else:
            steps.append(v2.RandomResizedCrop((height, width), scale=(0.7, 1.0), ratio=(0.85, 1.18), antialias=True))
        if strength == "strong":
            one = v2.TrivialAugmentWide()
            if small:
                one = v2.RandomChoice([v2.RandAugment(1, magnitude) for magnitude in range(_LARGEST_MAGNITUDE + 1)])
            steps += [one, v2.ColorJitter(0.2, 0.2, 0.2)]
        self.change = v2.Compose(steps)

    def forward(self, raw: Tensor) -> Tensor:
        """Return changed pictures, of the same shape and type."""
        pictures = raw.permute(0, 3, 1, 2)
        # A picture at a time: torchvision draws one change a call, and a whole batch changed alike teaches little.
        changed = torch.stack([self.change(picture) for picture in pictures])
        return changed.permute(0, 2, 3, 1)
