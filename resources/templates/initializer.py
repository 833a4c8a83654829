"""New initializer: TODO say in a line what it does."""

import math
from typing import Annotated

from torch import Tensor

from desktop_app.api import Distribution, Initializer, Range, fan_in_and_out, fill_random, hookimpl


def new_initializer(
    weight: Tensor,
    distribution: Distribution = "normal",
    gain: Annotated[float, Range(0.1, 10.0, log=True)] = 1.0,
) -> None:
    """Fill ``weight`` with variance ``gain^2 / fan_in``.

    Args:
        distribution: Normal, uniform, or normal cut off at two standard deviations; all of the same variance.
        gain: Factor on the standard deviation; the square root of 2 suits ReLU.

    Raises: ``ValueError`` for a gain of 0 or less, and for a weight of fewer than two dimensions.
    """
    if not gain > 0.0:
        raise ValueError(f"gain must be above 0, got {gain}")
    fan_in, _ = fan_in_and_out(weight)
    fill_random(weight, gain / math.sqrt(fan_in), distribution)


@hookimpl
def register_initializers() -> Initializer:
    return Initializer(
        "new_initializer",
        new_initializer,
        title="New initializer",
        summary="Keeps the variance of signals through linear layers",
        formula=r"\operatorname{Var}(W) = \frac{g^2}{n_\text{in}}",
        when="TODO say in a sentence when to pick it.",
    )
