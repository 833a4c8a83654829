"""Xavier (Glorot) initialization: keeps the spread of signals and of gradients alike; for tanh and sigmoid."""

import math

from torch import Tensor

from desktop_app.api import Distribution, Initializer, fan_in_and_out, fill_random, hookimpl


def xavier(weight: Tensor, distribution: Distribution = "normal") -> None:
    """Fill ``weight`` with variance ``2 / (fan_in + fan_out)``.

    Args:
        distribution: Normal, uniform, or normal cut off at two standard deviations; all of the same variance.

    Raises: ``ValueError`` for a weight of fewer than two dimensions.
    Source: Glorot and Bengio 2010, equation 16 (uniform).
    """
    fan_in, fan_out = fan_in_and_out(weight)
    fill_random(weight, math.sqrt(2.0 / (fan_in + fan_out)), distribution)


@hookimpl
def register_initializers() -> Initializer:
    return Initializer(
        "xavier",
        xavier,
        title="Xavier (Glorot)",
        summary="For tanh and sigmoid",
        formula=r"\operatorname{Var}(W) = \frac{2}{n_\text{in} + n_\text{out}}",
        reference="https://proceedings.mlr.press/v9/glorot10a.html",
        when="Before tanh, and before layers without an activation. ReLU needs he, and SELU lecun.",
        notes=(
            "It keeps signals on the way forward and gradients on the way back about equally wide, and so it is a "
            "compromise where a layer has more inputs than outputs.",
            "Before sigmoid it is usual, but no cure: the slope of sigmoid is at most a quarter, and gradients fade in "
            "deep networks all the same.",
            "In a convolution the kernel's area counts on both sides. How many groups there are cannot be told from "
            "the weight, so the outputs of all groups are counted, as in torch.",
            "Keras' GlorotNormal is the truncated form, GlorotUniform (its default for dense layers) the uniform one.",
        ),
    )
