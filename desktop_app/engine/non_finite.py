"""Says where a loss that is not finite came from."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.engine.networks.layers import layers_of
from desktop_app.errors import TrainingError


def non_finite_error(
    step: int, learning_rate: float, network: nn.Module | None, inputs: Tensor | None
) -> TrainingError:
    """Return the error that ends a training whose loss at ``step`` is not finite.

    With the network and the batch it is run once more, to name the first layer whose output is not finite.
    """
    layer = first_non_finite_layer(network, inputs) if network is not None and inputs is not None else None
    where = f' The first layer that is not finite is "{layer}".' if layer else ""
    return TrainingError(
        f"The loss is not finite any more at step {step}, with a learning rate of {learning_rate:g}.{where} "
        "The weights were kept as they were; try a learning rate ten times lower, or clip the gradient."
    )


def first_non_finite_layer(network: nn.Module, inputs: Tensor) -> str | None:
    """Return the name of the first layer in running order whose output holds a NaN or an infinity.

    Returns ``"input"`` where the batch does already, and ``None`` where all is finite.
    """
    if not torch.isfinite(inputs).all():
        return "input"
    found: list[str] = []

    def look(name: str) -> Any:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if not found and isinstance(output, Tensor) and not torch.isfinite(output).all():
                found.append(name)

        return hook

    handles = [layer.register_forward_hook(look(name)) for layer, name in layers_of(network).items()]
    try:
        with torch.no_grad():
            network(inputs)
    finally:
        for handle in handles:
            handle.remove()
    return found[0] if found else None
