"""Random numbers of a wanted spread, for the authors of initializers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Distribution = Literal["normal", "uniform", "truncated"]

_TRUNCATED_STD = 0.87962566103423978
"""Standard deviation of a standard normal distribution that is cut off at -2 and 2."""


def fill_random(weight: Tensor, standard_deviation: float, distribution: Distribution = "normal") -> None:
    """Fill ``weight`` in place with numbers around 0 whose standard deviation is ``standard_deviation``.

    All three distributions have that very spread: ``uniform`` reaches to sqrt(3) times it, and ``truncated`` is a wider
    normal distribution cut off at two of its own standard deviations, as in Keras' ``VarianceScaling``.
    """
    from torch.nn import init

    if distribution == "normal":
        init.normal_(weight, 0.0, standard_deviation)
    elif distribution == "uniform":
        bound = math.sqrt(3.0) * standard_deviation
        init.uniform_(weight, -bound, bound)
    elif distribution == "truncated":
        wider = standard_deviation / _TRUNCATED_STD
        init.trunc_normal_(weight, 0.0, wider, -2.0 * wider, 2.0 * wider)
    else:
        raise ValueError(f"distribution must be normal, uniform or truncated, got {distribution!r}")
