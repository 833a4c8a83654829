"""Sigmoid: squeezes every input between 0 and 1."""

from torch import nn

from desktop_app.api import Activation, hookimpl


def sigmoid() -> nn.Module:
    """Return ``1 / (1 + exp(-x))`` for every element; its slope is at most 1/4, so deep networks learn slowly."""
    return nn.Sigmoid()


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "sigmoid",
        sigmoid,
        title="Sigmoid",
        summary="Between 0 and 1; gradients vanish in deep networks",
        formula=r"\frac{1}{1 + e^{-x}}",
        reference="https://doi.org/10.1038/323533a0",
        when="For gates, and to see why deep networks gave it up. Hidden layers learn faster with ReLU or tanh.",
        notes=(
            "Its slope is at most 1/4, and close to 0 beyond 4 in either direction: gradients vanish within a few "
            "layers.",
            "All its outputs are positive, so that the weights of one unit are pushed the same way together.",
            "It is the hidden activation that is picked here. For a sigmoid at the output of a classifier of two "
            "classes, set output.",
        ),
    )
