"""The layers of a network as a table: what they are, what comes out, how much is learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from desktop_app.engine.networks.layers import layers_of


@dataclass(frozen=True)
class Learning:
    """That a layer learns: at which rate (``None`` where the rule has none), and from which epoch of the stage on."""

    rate: float | None
    from_epoch: int = 1


@dataclass(frozen=True)
class LayerRow:
    """One layer; ``output_shape`` is without the batch, and ``None`` where the layer is not run.

    ``trained`` is whether it learns at first. ``learning`` says so of the training and of the fine-tuning, with
    ``None`` where it is frozen.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...] | None
    parameters: int
    trained: bool
    learning: tuple[Learning | None, ...] = ()


@dataclass(frozen=True)
class NetworkSummary:
    """All layers in the order they run, and how many parameters there are."""

    rows: tuple[LayerRow, ...]
    parameters: int
    trained_parameters: int
    backbone_layers: int = 0
    """How many layers with weights a backbone has; 0 where there is none."""


def summarize(
    network: nn.Module,
    inputs: torch.Tensor,
    learning: Callable[[nn.Module], tuple[Learning | None, ...]] = lambda layer: (),
) -> NetworkSummary:
    """Run ``inputs`` (on the network's device; ``meta`` computes nothing) through the network and list its layers.

    ``learning`` tells of a layer in which stages it learns.
    """
    shapes: dict[nn.Module, tuple[int, ...]] = {}
    order: list[nn.Module] = []

    def note(module: nn.Module, _: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor):
            shapes.setdefault(module, tuple(output.shape[1:]))
            order.append(module)

    layers = layers_of(network)
    handles = [layer.register_forward_hook(note) for layer in layers]
    was_training = {module: module.training for module in network.modules()}
    try:
        network.eval()
        with torch.no_grad():
            network(inputs)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in was_training.items():
            module.training = training
    ran = list(dict.fromkeys(order))
    unused = [layer for layer in layers if layer not in shapes]
    rows = [_row(layer, layers[layer], shapes.get(layer), learning(layer)) for layer in ran + unused]
    parameters = list(network.parameters())
    return NetworkSummary(
        tuple(rows),
        sum(parameter.numel() for parameter in parameters),
        sum(parameter.numel() for parameter in parameters if parameter.requires_grad),
    )


def _row(layer: nn.Module, name: str, shape: tuple[int, ...] | None, learning: tuple[Learning | None, ...]) -> LayerRow:
    parameters = list(layer.parameters(recurse=False))
    trained = any(parameter.requires_grad for parameter in parameters)
    count = sum(parameter.numel() for parameter in parameters)
    return LayerRow(name, type(layer).__name__, shape, count, trained, learning)
