"""The parts that a network is tried with: plain ones of torch, and a record of which were asked for."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from desktop_app.api.networks import BuiltBackbone, PictureRule

_LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class _SmallBackbone(nn.Module):
    """Two blocks of a convolution, from ``[batch, 3, size, size]`` to ``[batch, 8, size/4, size/4]``."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, stride=2, padding=1), nn.BatchNorm2d(after), nn.Tanh())
            for before, after in ((3, 6), (6, 8))
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the features."""
        for block in self.blocks:
            pictures = block(pictures)
        return pictures


class PlainParts:
    """``Parts`` with a tanh, He's weights and the normalization that is asked for; ``asked`` says what was wanted."""

    def __init__(self, normalization: Literal["none", "batch_norm"] = "batch_norm") -> None:
        self._normalization = normalization
        self._backbones: dict[str, BuiltBackbone] = {}
        self.asked: set[str] = set()

    def activation(self) -> nn.Module:
        """Return a new activation; one whose gradient is 0 nowhere, so that a missing one is the network's fault."""
        self.asked.add("activation")
        return nn.Tanh()

    def normalization(self, features: int, dimensions: int) -> nn.Module | None:
        """Return a new batch norm, or ``None``."""
        self.asked.add("normalization")
        if self._normalization == "none":
            return None
        return nn.BatchNorm2d(features) if dimensions == 2 else nn.BatchNorm1d(features)

    def activated(self, features: int, dimensions: int) -> list[nn.Module]:
        """Return normalization and activation."""
        return [part for part in (self.normalization(features, dimensions), self.activation()) if part is not None]

    def initialize(self, module: nn.Module) -> nn.Module:
        """Fill every layer inside ``module``; biases become 0."""
        self.asked.add("initialize")
        for layer in module.modules():
            if isinstance(layer, _LAYERS):
                nn.init.kaiming_normal_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        return module

    def backbone(self, name: str, weights: str) -> BuiltBackbone:
        """Return a small backbone, whatever the name; the same one at each call."""
        self.asked.add("backbone")
        if name not in self._backbones:
            module = _SmallBackbone()
            self._backbones[name] = BuiltBackbone(module, PictureRule(size=32), list(module.blocks))
        return self._backbones[name]
