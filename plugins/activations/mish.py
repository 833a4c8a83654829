"""Mish: each input times the hyperbolic tangent of its softplus."""

from torch import nn

from desktop_app.api import Activation, hookimpl


def mish() -> nn.Module:
    """Return ``x * tanh(log(1 + exp(x)))`` for every element; its lowest value is -0.309, at -1.192."""
    return nn.Mish()


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "mish",
        mish,
        title="Mish",
        summary="Smooth like SiLU, a little steeper; known from object detectors",
        formula=r"x \tanh\left(\ln(1 + e^x)\right)",
        reference="arXiv:1908.08681",
        when="Where SiLU or GELU work and you look for the last bit of accuracy in a deep convolutional network.",
        notes=("The slowest to compute of the smooth ones. Not monotonic: it falls to -0.309 and comes back to 0.",),
        gives_way=True,
    )
