"""New normalization: TODO say in a line what it does."""

from typing import Annotated

import torch
from torch import Tensor, nn

from desktop_app.api import Normalization, Range, hookimpl


class NewNormalization(nn.Module):
    """Divide each sample by the root of the mean of its squares (RMS), with one learned scale a feature.

    Args:
        eps: Added to the mean of squares against division by 0.

    Shape: ``[batch, features]`` (``dimensions`` 0) or ``[batch, features, h, w]`` (2) in, the same out.
    Raises: ``ValueError`` for other dimensions, or an ``eps`` that is not above 0.
    """

    def __init__(
        self, features: int, dimensions: int, eps: Annotated[float, Range(1e-8, 1e-2, log=True)] = 1e-5
    ) -> None:
        super().__init__()
        if dimensions not in (0, 2):
            raise ValueError(f"dimensions must be 0 (vectors) or 2 (pictures), got {dimensions}")
        if not eps > 0.0:
            raise ValueError(f"eps must be above 0, got {eps}")
        self.eps = eps
        self.scale = nn.Parameter(torch.ones(features, *(1,) * dimensions))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x``, normalised over everything but the batch."""
        mean_of_squares = x.square().flatten(1).mean(dim=1)
        root = torch.sqrt(mean_of_squares + self.eps)
        return x / root.reshape(-1, *(1,) * (x.ndim - 1)) * self.scale


@hookimpl
def register_normalizations() -> Normalization:
    return Normalization(
        "new_normalization",
        NewNormalization,
        title="New normalization",
        summary="Over each sample, by the root of its mean square",
        formula=r"\frac{x}{\sqrt{\operatorname{mean}(x^2) + \epsilon}}\,\gamma",
        when="TODO say in a sentence when to pick it.",
    )
