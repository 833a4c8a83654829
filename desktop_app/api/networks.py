"""What the author of a network or a backbone needs to know about its surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class PictureRule:
    """How a picture becomes a network's input: resized to ``size`` (pixels, square), then ``(value/255 - mean) / std``.

    ``rule``: ``crop`` scales the shorter side and cuts the centre, ``stretch`` ignores the proportions, ``pad`` keeps
    the whole picture on black.
    """

    size: int = 224
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    interpolation: Literal["bilinear", "bicubic", "nearest"] = "bilinear"
    rule: Literal["crop", "stretch", "pad"] = "crop"


class BuiltBackbone(NamedTuple):
    """A backbone: the whole module, how its pictures are prepared, and its blocks in the order they run.

    Running the blocks one after another on ``[batch, 3, size, size]`` gives the features, ``[batch, channels, h, w]``
    or ``[batch, channels]``.
    """

    module: nn.Module
    preprocessing: PictureRule
    blocks: Sequence[nn.Module]


class Parts(Protocol):
    """Makes what the experiment picked, for the author of a network to put together."""

    def activation(self) -> nn.Module:
        """Return a new activation."""
        ...

    def normalization(self, features: int, dimensions: int) -> nn.Module | None:
        """Return a new normalization of ``features`` channels, or ``None`` where the experiment wants none."""
        ...

    def activated(self, features: int, dimensions: int) -> list[nn.Module]:
        """Return normalization and activation in the order that the experiment asks for."""
        ...

    def initialize(self, module: nn.Module) -> nn.Module:
        """Initialise every convolution and linear layer inside ``module`` (biases to 0) and return it."""
        ...

    def backbone(self, name: str, weights: str) -> BuiltBackbone:
        """Return the backbone of that name; the same one at each call."""
        ...


@runtime_checkable
class SplitNetwork(Protocol):
    """A network that can be trained in stages: ``forward`` is ``head(blocks in order)``.

    With its ``blocks`` frozen, their output is computed once a sample and only the ``head`` is trained; fine-tuning
    then unfreezes layers from the end of the blocks.
    """

    blocks: nn.ModuleList
    head: nn.Module
