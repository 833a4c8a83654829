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
        when="For EfficientNets and deep convolutional networks, where it often beats ReLU by a little.",
        notes=("Keras has it as silu and swish. Not monotonic: it falls to -0.278 at -1.278 and comes back to 0.",),
    )
