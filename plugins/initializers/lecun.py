"""LeCun initialization: each unit's input has the variance of one signal; for linear units, tanh and SELU."""

import math

from torch import Tensor

from desktop_app.api import Distribution, Initializer, fan_in_and_out, fill_random, hookimpl


def lecun(weight: Tensor, distribution: Distribution = "normal") -> None:
    """Fill ``weight`` with variance ``1 / fan_in``.

    Args:
        distribution: Normal, uniform, or normal cut off at two standard deviations; all of the same variance.

    Raises: ``ValueError`` for a weight of fewer than two dimensions.
    Source: LeCun et al. 1998, "Efficient BackProp", equation 16.
    """
    fan_in, _ = fan_in_and_out(weight)
    fill_random(weight, math.sqrt(1.0 / fan_in), distribution)


@hookimpl
def register_initializers() -> Initializer:
    return Initializer(
        "lecun",
        lecun,
        title="LeCun",
        summary="For tanh and self-normalising units",
        formula=r"\operatorname{Var}(W) = \frac{1}{n_\text{in}}",
        reference="https://doi.org/10.1007/3-540-49430-8_2",
        when="Before SELU, which needs it to normalise itself, and before layers without an activation.",
        notes=(
            "Before ReLU signals would lose half of their power in each layer; take he there.",
            "Keras' LecunNormal is the truncated form.",
        ),
    )
