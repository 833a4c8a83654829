"""What counts as a layer."""

from __future__ import annotations

from torch import nn

WITH_WEIGHTS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
"""The layers that ``unfreeze_last`` counts and that initializers fill."""


# What peft's layers hold for other kinds of layers: empty, and not run.
_CONTAINERS = (nn.ModuleDict, nn.ModuleList, nn.ParameterDict, nn.ParameterList)


def layers_of(module: nn.Module) -> dict[nn.Module, str]:
    """Return the layers inside ``module`` with their names, in the order they were registered.

    A layer has no modules inside it, or has parameters of its own: timm's norms hold their activation inside. Empty
    containers are none.
    """
    return {
        layer: name
        for name, layer in module.named_modules()
        if (next(layer.children(), None) is None and not isinstance(layer, _CONTAINERS))
        or next(layer.parameters(recurse=False), None) is not None
    }


def layers_with_weights(module: nn.Module) -> int:
    """Return how many convolutions and linear layers ``module`` holds."""
    return sum(isinstance(layer, WITH_WEIGHTS) for layer in module.modules())
