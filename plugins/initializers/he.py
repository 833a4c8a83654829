"""He (Kaiming) initialization: keeps the spread of signals through layers with ReLU and its relatives."""

import math
from typing import Annotated

from torch import Tensor

from desktop_app.api import Distribution, Initializer, Range, fan_in_and_out, fill_random, hookimpl


def he(
    weight: Tensor,
    distribution: Distribution = "normal",
    negative_slope: Annotated[float, Range(0.0, 1.0)] = 0.0,
) -> None:
    """Fill ``weight`` with variance ``2 / ((1 + negative_slope^2) fan_in)``.

    Args:
        distribution: Normal, uniform, or normal cut off at two standard deviations; all of the same variance.
        negative_slope: Slope of the activation that follows for negative inputs; 0 for ReLU.

    Raises: ``ValueError`` for a weight of fewer than two dimensions.
    Source: He et al. 2015, arXiv:1502.01852, equations 10 and 15.
    """
    fan_in, _ = fan_in_and_out(weight)
    fill_random(weight, math.sqrt(2.0 / ((1.0 + negative_slope**2) * fan_in)), distribution)


@hookimpl
def register_initializers() -> Initializer:
    return Initializer(
        "he",
        he,
        title="He (Kaiming)",
        summary="For ReLU and its relatives",
        formula=r"\operatorname{Var}(W) = \frac{2}{(1 + a^2)\, n_\text{in}}",
        reference="arXiv:1502.01852",
        when=(
            "Before ReLU, leaky ReLU and their smooth relatives (GELU, SiLU). Give a leaky ReLU's slope as "
            "negative_slope."
        ),
        notes=(
            "ReLU throws away half of the signal's power in each layer; the 2 makes up for it, so that fifty layers "
            "neither fade nor blow up.",
            "In a convolution each unit is fed by in-channels / groups times the kernel's area.",
            "The truncated form is drawn wider and cut off at two of its standard deviations, so that its variance "
            "after the cut is the formula's, as in Keras. torch's trunc_normal_ alone comes out 12% too narrow.",
            "Keras' HeNormal is this truncated form; torch's kaiming_normal_ with nonlinearity relu is the normal one. "
            "torch's own layers start narrower, with a variance of 1 / (3 fan_in).",
        ),
    )
