"""Transfer learning: a pretrained backbone with a new classifier on top."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from desktop_app.api import Network, Parts, Range, dense_layers, hookimpl


class GreyToColour(nn.Module):
    """Repeats the one channel of grey pictures: ``[batch, 1, h, w]`` in, ``[batch, 3, h, w]`` out."""

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the pictures with three equal channels."""
        return pictures.expand(-1, 3, -1, -1)


class Transfer(nn.Module):
    """A backbone's ``blocks`` in order, then the new ``head``: pooling, hidden layers and a linear layer to the logits.

    What is new is initialised as the experiment asks: the head, and with random weights the whole backbone. Loaded
    weights are never touched.

    Args:
        backbone: Name of a backbone plugin.
        weights: "pretrained", "random" or the path of a weights file.
        head: Width of each hidden layer of the new classifier.
        pooling: Average each channel over the picture, or keep every place (flatten), which fixes the picture's size.
        dropout: Share of the units that each hidden layer drops in training.
        output_scale: What the output layer's drawn weights are multiplied with. Near 0 the first answers are even, and
            training begins from what the features say instead of undoing a random guess.

    Shape: ``[batch, 3, height, width]`` (or 1 channel, repeated) in, ``[batch, outputs]`` out.
    Raises: ``ValueError`` for inputs other than pictures of 1 or 3 channels, a width below 1, a dropout outside
    ``[0, 1)``.
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        outputs: int,
        parts: Parts,
        backbone: str = "efficientnet_lite0",
        weights: str = "pretrained",
        head: Sequence[int] = (1024,),
        pooling: Literal["avg", "flatten"] = "avg",
        dropout: Annotated[float, Range(0.0, 0.9)] = 0.0,
        output_scale: Annotated[float, Range(0.0, 1.0)] = 0.1,
    ) -> None:
        super().__init__()
        if len(input_shape) != 3 or input_shape[0] not in (1, 3):
            raise ValueError(f"transfer needs pictures of 1 or 3 channels, got inputs of shape {input_shape}; use mlp")
        if pooling not in ("avg", "flatten"):
            raise ValueError(f'pooling must be "avg" or "flatten", got {pooling!r}')
        built = parts.backbone(backbone, weights)
        grey = [GreyToColour()] if input_shape[0] == 1 else []
        self.blocks = nn.ModuleList([*grey, *built.blocks])
        shape = self._shape_of_features(input_shape)
        pooled: list[nn.Module] = [nn.AdaptiveAvgPool2d(1)] if pooling == "avg" and len(shape) == 3 else []
        features = shape[0] if pooled else shape.numel()
        layers = dense_layers(parts, features, head, outputs, dropout)
        self.head = nn.Sequential(*pooled, nn.Flatten(), *layers)
        parts.initialize(self if weights == "random" else self.head)
        with torch.no_grad():
            for drawn in layers[-1].parameters():
                drawn.mul_(output_scale)

    def _shape_of_features(self, input_shape: tuple[int, ...]) -> torch.Size:
        """Return the shape of one picture's features, from one run of the blocks in evaluation mode."""
        weight = next(self.blocks.parameters())
        modes = {module: module.training for module in self.blocks.modules()}
        self.blocks.eval()
        with torch.no_grad():
            features = torch.zeros(1, *input_shape, device=weight.device, dtype=weight.dtype)
            for block in self.blocks:
                features = block(features)
        for module, training in modes.items():
            module.training = training
        return features.shape[1:]

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the logits."""
        features = pictures
        for block in self.blocks:
            features = block(features)
        logits: Tensor = self.head(features)
        return logits


@hookimpl
def register_networks() -> Network:
    return Network(
        "transfer",
        Transfer,
        title="Transfer learning",
        summary="A pretrained backbone and a new classifier, for photographs and few samples",
        reference="arXiv:1411.1792",
        when=(
            "For photographs, and whenever there are only a few hundred samples: what a large network has learned is "
            "reused."
        ),
        notes=(
            "Training comes in two stages: first the new classifier alone on frozen features, which are computed "
            "once; then, with fine_tuning, the last layers of the backbone at a small learning rate.",
            "Activation, normalization and initializer apply to the new classifier; the backbone keeps its own.",
            "Batch norms of a thawed layer go on with the statistics they came with.",
        ),
    )
