"""Layers that several networks are put together from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from desktop_app.api.networks import Parts


def needs_bias(following: Sequence[nn.Module]) -> bool:
    """Return whether a layer before ``following`` needs a bias: a batch norm right behind would take it away again."""
    from torch.nn.modules.batchnorm import _BatchNorm

    return not (following and isinstance(following[0], _BatchNorm))


def check_widths(name: str, widths: Sequence[int]) -> tuple[int, ...]:
    """Return ``widths`` as a tuple. Raises: ``ValueError`` where one of them is no whole number of at least 1."""
    for width in widths:
        if isinstance(width, bool) or not isinstance(width, int) or width < 1:
            raise ValueError(
                f"{name}: each width must be a whole number of at least 1, got {width!r} in {list(widths)}"
            )
    return tuple(widths)


def check_dropout(dropout: float) -> float:
    """Return ``dropout``. Raises: ``ValueError`` where it is not at least 0 and below 1."""
    if not 0.0 <= dropout < 1.0:
        raise ValueError(f"dropout must be at least 0 and below 1, got {dropout}")
    return dropout


def dense_layers(
    parts: Parts, features: int, widths: Sequence[int], outputs: int, dropout: float = 0.0
) -> list[nn.Module]:
    """Return hidden layers of ``widths`` and the linear layer to ``outputs`` logits, from ``[batch, features]``.

    Each hidden layer is linear, then normalization and activation as the experiment orders them, then dropout. Nothing
    is initialised yet: call ``parts.initialize`` on what they become part of.
    Raises: ``ValueError`` for a width below 1 or a dropout outside ``[0, 1)``.
    """
    from torch import nn

    layers: list[nn.Module] = []
    check_dropout(dropout)
    for width in check_widths("hidden layers", widths):
        activated = parts.activated(width, 0)
        layers += [nn.Linear(features, width, bias=needs_bias(activated)), *activated]
        if dropout:
            layers.append(nn.Dropout(dropout))
        features = width
    layers.append(nn.Linear(features, outputs))
    return layers
