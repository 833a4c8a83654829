"""GELU: each input times the probability that a normal variable lies below it."""

from typing import Literal

from torch import nn

from desktop_app.api import Activation, hookimpl


def gelu(approximate: Literal["none", "tanh"] = "none") -> nn.Module:
    r"""Return ``x * Phi(x)`` for every element, ``Phi`` being the normal distribution function.

    Args:
        approximate: The exact function, or the one made from a hyperbolic tangent that GPT-2 used.
    """
    return nn.GELU(approximate)


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "gelu",
        gelu,
        title="GELU",
        summary="Smooth; the usual choice in transformers",
        formula=r"x\,\Phi(x)",
        reference="arXiv:1606.08415",
        when="For transformers, and networks whose pretrained weights were trained with it.",
        notes=("The exact function is the default, as in PyTorch and Keras; weights of GPT-2 want tanh.",),
    )
