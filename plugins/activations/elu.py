"""ELU: like ReLU, but negative inputs approach a negative value smoothly."""

from typing import Annotated

from torch import nn

from desktop_app.api import Activation, Range, hookimpl


def elu(alpha: Annotated[float, Range(0.1, 3.0)] = 1.0) -> nn.Module:
    """Return ``x`` for positive and ``alpha * (exp(x) - 1)`` for other elements.

    Args:
        alpha: How far below 0 very negative inputs end.

    Raises: ``ValueError`` if ``alpha`` is not above 0.
    """
    if not alpha > 0:
        raise ValueError(f"alpha must be above 0, got {alpha}")
    return nn.ELU(alpha)


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "elu",
        elu,
        title="ELU",
        summary="Smooth below 0, mean activations near 0",
        formula=r"\max(0, x) + \min(0, \alpha (e^x - 1))",
        reference="arXiv:1511.07289",
        when="Where ReLU loses units and there is no batch norm: its outputs lie around 0 by themselves.",
        notes=(
            "With alpha other than 1, its slope jumps from alpha to 1 at 0.",
            "Slower than ReLU, because of the exponential.",
        ),
    )
