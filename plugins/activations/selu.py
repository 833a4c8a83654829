"""SELU: an ELU scaled so that activations find mean 0 and variance 1 by themselves."""

from torch import nn

from desktop_app.api import Activation, hookimpl


def selu() -> nn.Module:
    """Return ``1.0507 * x`` for positive and ``1.7581 * (exp(x) - 1)`` for other elements.

    The two constants are those for which mean 0 and variance 1 are a stable fixed point from layer to layer.
    """
    return nn.SELU()


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "selu",
        selu,
        title="SELU",
        summary="Keeps deep plain networks normalised without a norm",
        formula=r"\lambda \left(\max(0, x) + \min(0, \alpha (e^x - 1))\right),\quad \lambda = 1.0507,\ \alpha = 1.6733",
        reference="arXiv:1706.02515",
        when="For deep perceptrons without normalization, with LeCun initialization; it needs both.",
        notes=(
            "Normalising itself holds for fully connected layers, inputs of mean 0 and variance 1 and LeCun "
            "initialization only; beside batch norm it has no point.",
            "Ordinary dropout breaks the variance. The paper's alpha dropout is not offered here.",
        ),
        gives_way=True,
    )
