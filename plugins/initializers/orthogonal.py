"""Orthogonal initialization: a layer that turns its input without stretching it."""

from typing import Annotated

import torch
from torch import Tensor, nn

from desktop_app.api import Initializer, Range, hookimpl


def orthogonal(weight: Tensor, gain: Annotated[float, Range(0.1, 10.0, log=True)] = 1.0) -> None:
    """Fill ``weight``, seen as a matrix ``[out, everything else]``, with a random orthogonal matrix times ``gain``.

    Args:
        gain: Factor by which lengths grow; the square root of 2 suits ReLU.

    Raises: ``ValueError`` for a weight of fewer than two dimensions.
    Source: Saxe et al. 2013, arXiv:1312.6120.
    """
    if weight.ndim < 2:
        raise ValueError(f"orthogonal: a weight of shape {list(weight.shape)} is no matrix; two dimensions are needed")
    # The QR decomposition has no half precision.
    matrix = torch.empty_like(weight, dtype=torch.promote_types(weight.dtype, torch.float32))
    nn.init.orthogonal_(matrix, gain)
    with torch.no_grad():
        weight.copy_(matrix)


@hookimpl
def register_initializers() -> Initializer:
    return Initializer(
        "orthogonal",
        orthogonal,
        title="Orthogonal",
        summary="Turns signals without stretching them; for deep and recurrent networks",
        formula=r"W^\top W = g^2 I",
        reference="arXiv:1312.6120",
        when="For very deep and for recurrent networks. Take a gain of 1.41 before ReLU.",
        notes=(
            "A weight that is not square cannot keep all lengths: the shorter of its two sides is orthogonal.",
            "A convolution's weight is seen as a matrix of output channels by everything else, as in torch and Keras; "
            "that makes the matrix orthogonal, not the convolution.",
        ),
    )
