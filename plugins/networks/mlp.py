"""Multilayer perceptron: fully connected layers, for tables and small pictures."""

import math
from collections.abc import Sequence
from typing import Annotated

from torch import Tensor, nn

from desktop_app.api import Network, Parts, Range, dense_layers, hookimpl


class Mlp(nn.Module):
    """Hidden layers (linear, normalization and activation, dropout) and a linear layer to the logits.

    Args:
        layers: Width of each hidden layer, first to last; with none it is a linear model.
        dropout: Share of the units that each hidden layer drops in training.

    Shape: ``[batch, columns]`` or ``[batch, channels, height, width]`` (flattened) in, ``[batch, outputs]`` out.
    Raises: ``ValueError`` for a width below 1 or a dropout outside ``[0, 1)``.
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        outputs: int,
        parts: Parts,
        layers: Sequence[int] = (128, 128),
        dropout: Annotated[float, Range(0.0, 0.9)] = 0.0,
    ) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), *dense_layers(parts, math.prod(input_shape), layers, outputs, dropout)
        )
        parts.initialize(self)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.layers(inputs)
        return logits


@hookimpl
def register_networks() -> Network:
    return Network(
        "mlp",
        Mlp,
        title="Multilayer perceptron",
        summary="Fully connected layers, for tables and small pictures",
        formula=r"h_{l+1} = f(W_l h_l + b_l)",
        prefers="vectors",
        when=(
            "For tables, and for pictures as small as the digits. Photographs want a convolutional or a pretrained "
            "network."
        ),
        notes=("Pictures are flattened: what lies beside what is lost.",),
    )
