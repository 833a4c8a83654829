"""Training pictures blended in pairs, with targets blended alike; drawn anew for every batch from torch's generator."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

# Zhang 2018 (arXiv:1710.09412) found 0.1 to 0.4 best for ImageNet, and torchvision's own recipes take 0.2.
_MIXUP_ALPHA = 0.2
# Yun 2019 (arXiv:1905.04899): the share is drawn evenly.
_CUTMIX_ALPHA = 1.0


class Mixing:
    """Blend each picture of a batch with another one of it.

    ``mixup``: a weighted mean of both (Zhang 2018). ``cutmix``: a rectangle of the other lies on the one (Yun 2019).
    One share is drawn a batch, from a Beta(0.2, 0.2) or a Beta(1, 1) distribution.
    """

    def __init__(self, kind: Literal["mixup", "cutmix"], classes: int) -> None:
        from torchvision.transforms import v2

        self._mixup = kind == "mixup"
        if self._mixup:
            self._mix = v2.MixUp(alpha=_MIXUP_ALPHA, num_classes=classes)
        else:
            self._mix = v2.CutMix(alpha=_CUTMIX_ALPHA, num_classes=classes)

    def __call__(self, raw: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return mixed pictures, ``[batch, height, width, 3]`` in 0 to 255, and shares of classes.

        Args:
            raw: ``uint8 [batch, height, width, 3]``. A mean of two is ``float32``, what is cut stays ``uint8``.
            targets: ``int64 [batch]``.

        Returns: the pictures, and ``float32 [batch, classes]``, each row with a sum of 1.
        """
        pictures = raw.permute(0, 3, 1, 2)
        mixed, shares = self._mix(pictures.to(torch.float32) if self._mixup else pictures, targets)
        return mixed.permute(0, 2, 3, 1), shares
