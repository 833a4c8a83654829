"""Leaky ReLU: negative inputs pass a little, so that no unit dies."""

from typing import Annotated

from torch import nn

from desktop_app.api import Activation, Range, hookimpl


def leaky_relu(negative_slope: Annotated[float, Range(0.0, 1.0)] = 0.01) -> nn.Module:
    """Return ``x`` for positive and ``negative_slope * x`` for other elements.

    Args:
        negative_slope: Slope for negative inputs; 0 is ReLU.
    """
    return nn.LeakyReLU(negative_slope)


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "leaky_relu",
        leaky_relu,
        title="Leaky ReLU",
        summary="ReLU whose units cannot die",
        formula=r"\max(0, x) + a \min(0, x)",
        reference="https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf",
        when="Where ReLU loses many units, or the learning rate has to be high. Costs no more than ReLU.",
        notes=(
            "Keras' layer LeakyReLU starts at a slope of 0.3, PyTorch and this one at 0.01.",
            "Give the initializer he the same negative_slope, so that the spread of activations is kept from layer "
            "to layer.",
        ),
    )
