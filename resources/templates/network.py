"""New network: TODO say in a line what it is for."""

import math
from typing import Annotated

from torch import Tensor, nn

from desktop_app.api import Network, Parts, Range, check_dropout, check_widths, hookimpl


class NewNetwork(nn.Module):
    """Fully connected layers of one width, each of which adds to what came before (residual).

    Args:
        width: Units of each layer.
        depth: How many layers add to the first one.
        dropout: Share of the units that each layer drops in training.

    Shape: ``[batch, columns]`` or ``[batch, channels, height, width]`` (flattened) in, ``[batch, outputs]`` out.
    Raises: ``ValueError`` for a width or depth below 1, or a dropout outside ``[0, 1)``.
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        outputs: int,
        parts: Parts,
        width: Annotated[int, Range(8, 512, log=True)] = 64,
        depth: Annotated[int, Range(1, 20)] = 3,
        dropout: Annotated[float, Range(0.0, 0.9)] = 0.0,
    ) -> None:
        super().__init__()
        (width,) = check_widths("width", [width])
        if depth < 1:
            raise ValueError(f"depth must be at least 1, got {depth}")
        check_dropout(dropout)
        # parts makes what the experiment picked: normalization, activation and, at the end, the weights.
        self.first = nn.Sequential(nn.Flatten(), nn.Linear(math.prod(input_shape), width), *parts.activated(width, 0))
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(width, width), *parts.activated(width, 0), nn.Dropout(dropout))
            for _ in range(depth)
        )
        self.last = nn.Linear(width, outputs)
        parts.initialize(self)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits; the softmax is not the network's business."""
        hidden = self.first(inputs)
        for layer in self.layers:
            hidden = hidden + layer(hidden)
        logits: Tensor = self.last(hidden)
        return logits


@hookimpl
def register_networks() -> Network:
    return Network(
        "new_network",
        NewNetwork,
        title="New network",
        summary="Residual fully connected layers, for tables and small pictures",
        prefers="vectors",
        when="TODO say in a sentence when to pick it.",
    )
