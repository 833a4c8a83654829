"""SiLU (Swish): each input times its sigmoid."""

from torch import nn

from desktop_app.api import Activation, hookimpl


def silu() -> nn.Module:
    """Return ``x / (1 + exp(-x))`` for every element."""
    return nn.SiLU()


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "silu",
        silu,
        title="SiLU (Swish)",
        summary="Smooth; the usual choice in EfficientNets",
        formula=r"\frac{x}{1 + e^{-x}}",
        reference="arXiv:1710.05941",
    )
