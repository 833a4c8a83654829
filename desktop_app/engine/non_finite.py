"""Says where a loss or a gradient that is not finite came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from desktop_app.engine.networks.layers import layers_of

INPUT = "input"
"""What stands for a layer's name where the batch itself holds what is not finite."""

# A tenth is what the error has always advised: divergence sets in within a factor of two of the largest rate that
# trains, and a rate a few times below the largest costs little.
_LOWER_RATE = 0.1


@dataclass(frozen=True)
class NonFinite:
    """What was caught at ``step``, before the weights were touched by it; or weights that the last step of all left.

    ``layer`` is the first one that is not finite: in running order for a loss, going back from the loss for a gradient;
    ``"input"`` for the batch itself, and empty where nothing could be told.
    """

    step: int
    what: Literal["loss", "gradient", "weights"]
    learning_rate: float
    layer: str = ""

    @property
    def is_in_the_data(self) -> bool:
        """Whether no learning rate can help."""
        return self.layer == INPUT

    @property
    def lower_rate(self) -> float:
        """What rate to go on with, or 0 where the rate is not to blame."""
        return 0.0 if self.is_in_the_data else self.learning_rate * _LOWER_RATE

    @property
    def cause(self) -> str:
        """In a few words, such as ``the loss was not finite, first in "layers.2"``."""
        if self.is_in_the_data:
            return "the batch itself holds values that are not finite"
        where = f', first in "{self.layer}"' if self.layer else ""
        return f"the {self.what} {'were' if self.what == 'weights' else 'was'} not finite{where}"

    @property
    def sentence(self) -> str:
        """In whole sentences, with what to do, for a training that ends here."""
        if self.what == "weights":
            return (
                f"The weights are not finite any more after step {self.step}, the last one, with a learning rate of "
                f"{self.learning_rate:g}. Try a learning rate ten times lower, or clip the gradient."
            )
        begin = f"The {self.what} is not finite any more at step {self.step}, with a learning rate of "
        begin += f"{self.learning_rate:g}."
        if self.is_in_the_data:
            return (
                f"{begin} The batch itself (the input) holds values that are not finite. The weights were kept as they "
                'were; mend the data, or set training.non_finite = "skip" to leave such steps out.'
            )
        where = f' The first layer that is not finite is "{self.layer}".' if self.layer else ""
        if self.layer and self.what == "gradient":
            where = f' Going back from the loss, the first layer that is not finite is "{self.layer}".'
        return (
            f"{begin}{where} The weights were kept as they were; try a learning rate ten times lower, or clip the "
            "gradient."
        )


def first_non_finite_layer(
    network: nn.Module, inputs: Tensor, names: Mapping[nn.Module, str] | None = None
) -> str | None:
    """Return the name of the first layer in running order whose output holds a NaN or an infinity.

    The network is run once more. Returns ``"input"`` where the batch does already, and ``None`` where all is finite.

    Args:
        names: What layers are called, where that is not their name within ``network``.
    """
    if not torch.isfinite(inputs).all():
        return INPUT
    found: list[str] = []

    def look(name: str) -> Any:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if not found and isinstance(output, Tensor) and not torch.isfinite(output).all():
                found.append(name)

        return hook

    layers = layers_of(network).items()
    handles = [layer.register_forward_hook(look((names or {}).get(layer, name))) for layer, name in layers]
    try:
        with torch.no_grad():
            network(inputs)
    finally:
        for handle in handles:
            handle.remove()
    return found[0] if found else None


def last_non_finite_gradient(network: nn.Module, names: Mapping[nn.Module, str] | None = None) -> str | None:
    """Return the last layer that was registered whose weights have a gradient that is not finite, or ``None``.

    Gradients go from the loss backwards, and what one layer breaks is broken in all before it: the last layer is
    where it began.
    """
    for layer, name in reversed(layers_of(network).items()):
        gradients = [weight.grad for weight in layer.parameters(recurse=False) if weight.grad is not None]
        if not all_finite(gradients):
            return (names or {}).get(layer, name)
    return None


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Return whether no tensor holds a NaN or an infinity. Reads each value; the device is waited for."""
    return all(bool(torch.isfinite(tensor).all()) for tensor in tensors)
