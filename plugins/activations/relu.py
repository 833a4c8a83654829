"""ReLU: positive inputs pass, negative ones become 0."""

from torch import nn

from desktop_app.api import Activation, hookimpl


def relu() -> nn.Module:
    """Return ``max(0, x)`` for every element; its slope at 0 is taken as 0."""
    return nn.ReLU()  # never in place: instruments look at what goes in


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "relu",
        relu,
        title="ReLU",
        summary="Quick and robust; the usual choice with He initialization",
        formula=r"\max(0, x)",
        reference="https://icml.cc/Conferences/2010/papers/432.pdf",
        when="The first thing to try in convolutional networks and perceptrons, with He initialization.",
        notes=(
            "A unit whose input is negative for every sample gets no gradient and never comes back. Many dead "
            "units: lower the learning rate, or take leaky ReLU or ELU.",
            "At 0, where it has no slope, 0 is taken, as in Keras and PyTorch.",
        ),
    )
