"""Convolutional network: a small one that is trained from scratch on small pictures."""

from collections.abc import Sequence
from typing import Annotated

from torch import Tensor, nn

from desktop_app.api import Network, Parts, Range, check_dropout, check_widths, hookimpl, needs_bias

_CONVOLUTIONS_A_BLOCK = 2
# Below this many pixels on the shorter side there is nothing left to halve for a 3x3 convolution.
_SMALLEST_HALVED = 4


class Cnn(nn.Module):
    """Blocks of two 3x3 convolutions, pictures halved between blocks; average over the places; a linear layer.

    Each convolution is followed by normalization and activation. Max pooling halves the picture between two blocks as
    long as its shorter side has at least 4 pixels, so that any number of blocks works on any picture.

    Args:
        layers: Channels of each block, first to last.
        dropout: Share of the averaged features dropped in training, before the last layer.

    Shape: ``[batch, channels, height, width]`` in, ``[batch, outputs]`` out.
    Raises: ``ValueError`` for vectors, for no blocks, for a width below 1 or a dropout outside ``[0, 1)``.
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        outputs: int,
        parts: Parts,
        layers: Sequence[int] = (32, 64, 128),
        dropout: Annotated[float, Range(0.0, 0.9)] = 0.0,
    ) -> None:
        super().__init__()
        if len(input_shape) != 3:
            raise ValueError(
                f"cnn needs pictures (channels, height, width), got inputs of shape {input_shape}; use mlp"
            )
        if not layers:
            raise ValueError("layers: a cnn needs at least one block, got none")
        channels, *sides = input_shape
        shorter = min(sides)
        features: list[nn.Module] = []
        for place, width in enumerate(check_widths("layers", layers)):
            if place and shorter >= _SMALLEST_HALVED:
                features.append(nn.MaxPool2d(2))
                shorter //= 2
            for _ in range(_CONVOLUTIONS_A_BLOCK):
                activated = parts.activated(width, 2)
                features += [nn.Conv2d(channels, width, 3, padding=1, bias=needs_bias(activated)), *activated]
                channels = width
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, outputs))
        if check_dropout(dropout):
            self.classifier.insert(2, nn.Dropout(dropout))
        parts.initialize(self)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.classifier(self.features(pictures))
        return logits


@hookimpl
def register_networks() -> Network:
    return Network(
        "cnn",
        Cnn,
        title="Convolutional network",
        summary="Two convolutions a block, for small pictures and training from scratch",
        reference="arXiv:1409.1556",
        when=(
            "For small pictures, up to about 64 pixels, and a few thousand samples. Larger photographs: transfer "
            "learning."
        ),
        notes=("The picture is halved between two blocks for as long as it has four pixels a side.",),
    )
