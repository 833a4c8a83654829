"""New activation: TODO say in a line what it does."""

from typing import Annotated

import torch
from torch import Tensor, nn

from desktop_app.api import Activation, Range, hookimpl


class NewActivation(nn.Module):
    """Return ``(x + sqrt(x^2 + bend)) / 2`` for every element: a smooth ReLU.

    Args:
        bend: Width of the bend at zero, in squared input units; 0 is ReLU.

    Shape: any ``(*)`` in, the same ``(*)`` and dtype out.
    Raises: ``ValueError`` if ``bend`` is below 0.
    """

    def __init__(self, bend: Annotated[float, Range(0.0, 100.0)] = 4.0) -> None:
        super().__init__()
        if bend < 0.0:
            raise ValueError(f"bend must be at least 0, got {bend}; use 0 for plain ReLU")
        self.bend = bend

    def forward(self, x: Tensor) -> Tensor:
        """Return the function of every element of ``x``."""
        return (x + torch.sqrt(x * x + self.bend)) / 2


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "new_activation",
        NewActivation,
        title="New activation",
        summary="A smooth ReLU made from one square root",
        formula=r"\frac{x + \sqrt{x^2 + b}}{2}",
        when="TODO say in a sentence when to pick it.",
    )
