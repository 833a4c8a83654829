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
    )
