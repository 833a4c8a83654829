"""Which layers learn. Frozen means frozen: neither a weight nor a batch-norm statistic moves."""

from __future__ import annotations

from torch import nn

from desktop_app.api import SplitNetwork

_WITH_WEIGHTS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


def freeze(module: nn.Module) -> None:
    """Freeze every parameter of ``module`` and put it into evaluation mode."""
    module.requires_grad_(False)
    module.eval()


def thaw_last(network: SplitNetwork, count: int) -> int:
    """Thaw the last ``count`` layers with weights of the backbone, and the norms between and behind them.

    Returns: the place of the first block that holds something thawed: the cut, before which nothing changes any more.
    """
    freeze(network.blocks)
    leaves = [
        (place, module)
        for place, block in enumerate(network.blocks)
        for module in block.modules()
        if next(module.children(), None) is None
    ]
    cut = len(network.blocks)
    for place, module in reversed(leaves):
        if isinstance(module, _WITH_WEIGHTS):
            count -= 1
        if count < 0:
            break
        if next(module.parameters(recurse=False), None) is not None:
            module.requires_grad_(True)
            cut = place
        if count == 0 and isinstance(module, _WITH_WEIGHTS):
            break
    return cut


def set_training(network: nn.Module, training: bool) -> None:
    """Switch to training or evaluation, leaving frozen layers in evaluation, where statistics do not move."""
    network.train(training)
    if training:
        for module in network.modules():
            parameters = list(module.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                module.eval()


def layers_with_weights(module: nn.Module) -> int:
    """Return how many convolutions and linear layers ``module`` holds."""
    return sum(isinstance(layer, _WITH_WEIGHTS) for layer in module.modules())
