"""PReLU: a leaky ReLU that learns its slope."""

from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional

from desktop_app.api import Activation, Range, hookimpl


class PReLU(nn.PReLU):
    """torch's PReLU that takes inputs of any floating type, as every other activation does.

    Shape: any ``(*)`` in, the same ``(*)`` and dtype out. One slope for all features, because an activation is not
    told how many there are.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        """Return ``x`` for positive and the slope times ``x`` for other elements."""
        return functional.prelu(inputs, self.weight.to(inputs.dtype))


def prelu(init: Annotated[float, Range(0.0, 1.0)] = 0.25) -> nn.Module:
    """Return a module with one learned slope for negative inputs.

    Args:
        init: The slope before training; 0 starts as ReLU.
    """
    return PReLU(1, init)


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "prelu",
        prelu,
        title="PReLU",
        summary="A leaky ReLU whose slope is learned, one a layer",
        formula=r"\max(0, x) + a \min(0, x),\quad a\ \text{learned}",
        reference="arXiv:1502.01852",
        when="Where leaky ReLU helps and you do not want to search for its slope.",
        notes=(
            "Each layer learns one slope. Keras learns one for every single value of a layer, and by default starts at "
            "0; the paper has one for every channel, from 0.25.",
            "Weight decay pulls the slope towards 0 as it does every weight; the paper leaves the slope out of it.",
            "Its slope is not drawn by the initializer. It is exported with the network.",
        ),
        gives_way=True,
    )
