"""Hyperbolic tangent: squeezes every input between -1 and 1, around 0."""

from torch import nn

from desktop_app.api import Activation, hookimpl


def tanh() -> nn.Module:
    """Return ``tanh(x)`` for every element."""
    return nn.Tanh()


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "tanh",
        tanh,
        title="Tanh",
        summary="Between -1 and 1, centred; goes with Xavier initialization",
        formula=r"\tanh x",
        reference="https://doi.org/10.1007/3-540-49430-8_2",
        when="For shallow networks whose inputs are centred, with Xavier initialization.",
        notes=(
            "It saturates beyond 2 in either direction; deep networks of it need batch norm or Xavier "
            "initialization to learn.",
        ),
    )
