"""Which layers learn. Frozen means frozen: neither a weight nor a batch-norm statistic moves."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from desktop_app.api import SplitNetwork
from desktop_app.engine.networks.adapters import adapted_layers, adapter_weights, is_adapted
from desktop_app.engine.networks.layers import WITH_WEIGHTS, layers_of


def freeze(module: nn.Module) -> None:
    """Freeze every parameter of ``module`` and put it into evaluation mode."""
    module.requires_grad_(False)
    module.eval()


def counting(network: SplitNetwork) -> Callable[[nn.Module], bool]:
    """Return what tells whether ``unfreeze_last`` counts a layer: with weights, or with an adapter if any has one.

    Where a backbone has adapters, its layers are told by their original weights, to which the adapters belong.
    """
    adapted = {layer for block in network.blocks for layer in adapted_layers(block)}
    if not adapted:
        return lambda layer: isinstance(layer, WITH_WEIGHTS)
    originals = {layer.base_layer for layer in adapted}
    return lambda layer: layer in originals


def thaw_last(network: SplitNetwork, count: int) -> int:
    """Thaw the last ``count`` layers with weights of the backbone, and the norms between and behind them.

    Of a backbone with adapters only those of the last ``count`` layers that have one are thawed.

    Returns: the place of the first block that holds something thawed: the cut, before which nothing changes any more.
    """
    freeze(network.blocks)
    if any(is_adapted(layer) for layer in network.blocks.modules()):
        return _thaw_adapters(network, count)
    layers = [(place, layer) for place, block in enumerate(network.blocks) for layer in layers_of(block)]
    cut = len(network.blocks)
    for place, layer in reversed(layers):
        if isinstance(layer, WITH_WEIGHTS):
            count -= 1
        own = list(layer.parameters(recurse=False))
        if own:
            for parameter in own:
                parameter.requires_grad_(True)
            cut = place
        if count == 0:
            break
    return cut


def _thaw_adapters(network: SplitNetwork, count: int) -> int:
    layers = [(place, layer) for place, block in enumerate(network.blocks) for layer in adapted_layers(block)]
    thawed = layers[-count:]
    for _, layer in thawed:
        for weight in adapter_weights(layer):
            weight.requires_grad_(True)
    return thawed[0][0]


def set_training(network: nn.Module, training: bool) -> None:
    """Switch to training or evaluation, leaving frozen layers in evaluation, where statistics do not move."""
    network.train(training)
    if training:
        for module in network.modules():
            parameters = list(module.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                module.eval()
