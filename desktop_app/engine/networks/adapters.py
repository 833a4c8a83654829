"""Low-rank adapters in a backbone's last linear layers: few numbers learn, the backbone's own weights stay.

A layer ``y = W x`` becomes ``y = W x + B A x`` with ``A`` of ``rank`` rows and ``B`` of as many columns, which is 0 at
first, so that nothing changes before the first step. Hu et al. 2021, arXiv:2106.09685. The layers are those of the
library peft, which is imported only where an experiment asks for adapters.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from torch import nn

from desktop_app.api import SplitNetwork
from desktop_app.errors import ExperimentError

_KEY = "model.adapters"


def add_adapters(network: nn.Module, rank: int, count: int) -> None:
    """Put an adapter into each of the last ``count`` linear layers of the backbone; their weights are drawn.

    Raises: ``ExperimentError`` where peft is missing, or the network has no backbone or too few linear layers.
    """
    if not isinstance(network, SplitNetwork):
        raise ExperimentError(_KEY, "the network has no backbone that adapters could be put into; set it to 0.")
    # Heirs of Linear are left alone: attention that reads their weights directly would pass an adapter by.
    names = [name for name, layer in network.blocks.named_modules() if type(layer) is nn.Linear]
    if not names:
        raise ExperimentError(
            _KEY,
            "adapters go into linear layers, and this backbone has none; set it to 0, or take a backbone with linear "
            "layers, such as vit_small_patch16_224, swin_tiny_patch4_window7_224 or convnext_tiny.",
        )
    if count > len(names):
        raise ExperimentError(
            "fine_tuning.unfreeze_last",
            f"the backbone has {len(names)} linear layers that adapters can be put into, got {count}.",
        )
    if importlib.util.find_spec("peft") is None:
        raise ExperimentError(_KEY, "adapters need the package peft; install downslope[adapters], or set it to 0.")
    from peft import LoraConfig, inject_adapter_in_model

    # An alpha as large as the rank scales by 1.
    chosen = "|".join(re.escape(name) for name in names[-count:])  # a pattern: lists would take names by their ends
    settings = LoraConfig(r=rank, lora_alpha=rank, target_modules=chosen)
    inject_adapter_in_model(settings, network.blocks)


def is_adapted(layer: nn.Module) -> bool:
    """Whether ``layer`` is a linear layer with an adapter."""
    # Without peft imported there is none, and looking must not import it.
    tuners: Any = sys.modules.get("peft.tuners.lora")
    return tuners is not None and isinstance(layer, tuners.LoraLayer)


def adapted_layers(module: nn.Module) -> list[Any]:
    """Return the layers with an adapter inside ``module``, in the order they were registered."""
    return [layer for layer in module.modules() if is_adapted(layer)]


def adapter_weights(layer: Any) -> Iterator[nn.Parameter]:
    """Yield the weights of a layer's adapter, without the layer's own."""
    own = {id(weight) for weight in layer.base_layer.parameters()}
    yield from (weight for weight in layer.parameters() if id(weight) not in own)


def merged(network: nn.Module) -> nn.Module:
    """Return a copy of ``network`` with its adapters added into the weights; the network itself where it has none."""
    if not adapted_layers(network):
        return network
    network = deepcopy(network)
    for name, layer in list(network.named_modules()):
        if is_adapted(layer):
            layer.merge()  # type: ignore[operator]
            parent, _, last = name.rpartition(".")
            setattr(network.get_submodule(parent), last, layer.base_layer)
    return network
