"""Softplus: a smooth ReLU, positive everywhere."""

from typing import Annotated

from torch import nn

from desktop_app.api import Activation, Range, hookimpl


def softplus(beta: Annotated[float, Range(0.1, 20.0, log=True)] = 1.0) -> nn.Module:
    """Return ``log(1 + exp(beta * x)) / beta`` for every element.

    Beyond ``beta * x = 20`` the input itself is returned, as torch does: the two differ by less than 3e-9 there.

    Args:
        beta: How sharp the bend at 0 is; the larger, the closer to ReLU.

    Raises: ``ValueError`` if ``beta`` is not above 0.
    """
    if not beta > 0:
        raise ValueError(f"beta must be above 0, got {beta}")
    return nn.Softplus(beta)


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "softplus",
        softplus,
        title="Softplus",
        summary="A smooth ReLU, always above 0",
        formula=r"\frac{1}{\beta} \ln\left(1 + e^{\beta x}\right)",
        reference="https://proceedings.mlr.press/v15/glorot11a.html",
        when="Where outputs must be positive and smooth, such as a spread. Hidden layers learn faster with ReLU.",
        notes=(
            "At 0 it gives ln(2) / beta, not 0: all activations are positive, and their mean grows from layer to "
            "layer without a norm.",
            "Keras has beta = 1 only.",
        ),
        gives_way=True,
    )
