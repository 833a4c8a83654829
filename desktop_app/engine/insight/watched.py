"""Which layers of a network are watched while it trains, what they are, and what feeds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm as InstanceNorm

from desktop_app.engine.experiment import ModelSettings
from desktop_app.engine.insight.facts import LayerFact
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.registry import Registry

Role = Literal["weights", "norm", "activation"]
ROLES: tuple[Role, ...] = ("weights", "norm", "activation")

MOST_LAYERS = 64
"""So many layers of each role are measured; of a deeper network as many, evenly chosen."""

_NORMS = (BatchNorm, InstanceNorm, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm, nn.LocalResponseNorm)
_NO_ACTIVATIONS = (nn.MultiheadAttention, nn.Softmax, nn.Softmax2d, nn.LogSoftmax, nn.Softmin)
_CONTAINERS = (nn.Sequential, nn.Identity, nn.ModuleList, nn.ModuleDict)


@dataclass(frozen=True)
class WatchedLayer:
    """A layer with its name in the network.

    ``weight`` is the parameter that stands for a layer with weights: a bias would tell little. ``fed_by`` names the
    layer with weights that ran last before an activation. ``channels_last`` says where an activation's features lie:
    behind a linear layer in the last dimension, behind a convolution in the second.
    """

    name: str
    module: nn.Module
    role: Role
    weight: nn.Parameter | None = None
    fed_by: str = ""
    channels_last: bool = False

    @property
    def fact(self) -> LayerFact:
        """What ``facts.json`` says of it."""
        return LayerFact(name=self.name, type=type(self.module).__name__, role=self.role, fed_by=self.fed_by)


def layers_to_watch(network: nn.Module, activations: tuple[type[nn.Module], ...] = ()) -> list[WatchedLayer]:
    """Return the layers of ``network`` that have a role, in the order they were registered.

    A module that stands in two places is listed once. What an activation holds inside is a part of it.

    Args:
        activations: Classes that are activations beside torch's and timm's own; see ``activation_types``.
    """
    found: list[WatchedLayer] = []
    inside = ""
    for name, module in network.named_modules():
        if inside and name.startswith(inside):
            continue
        role = _role(module, activations)
        if role == "activation":
            inside = f"{name}."
        if role is not None:
            found.append(WatchedLayer(name, module, role, main_weight(module) if role == "weights" else None))
    return fed(found)


def fed(layers: Iterable[WatchedLayer]) -> list[WatchedLayer]:
    """Return ``layers``, which stand in running order, each activation told what feeds it."""
    found: list[WatchedLayer] = []
    source: WatchedLayer | None = None
    for layer in layers:
        if layer.role == "weights":
            source = layer
        is_last = isinstance(source.module, nn.Linear) if source else False
        fed_by = source.name if source and layer.role == "activation" else ""
        found.append(replace(layer, fed_by=fed_by, channels_last=is_last))
    return found


def in_running_order(layers: Sequence[WatchedLayer], ran: Sequence[str]) -> list[WatchedLayer]:
    """Return ``layers`` with those named in ``ran`` in that order, the others where they stood."""
    order = {name: place for place, name in enumerate(ran)}
    sorted_ones = iter(sorted((each for each in layers if each.name in order), key=lambda each: order[each.name]))
    return fed(next(sorted_ones) if each.name in order else each for each in layers)


def chosen(layers: Sequence[WatchedLayer], most: int = MOST_LAYERS) -> list[WatchedLayer]:
    """Return at most ``most`` layers of each role, evenly chosen, the first and the last among them."""
    kept: set[str] = set()
    for role in ROLES:
        names = [layer.name for layer in layers if layer.role == role]
        if len(names) > most:
            names = [names[round(place * (len(names) - 1) / (most - 1))] for place in range(most)]
        kept.update(names)
    return [layer for layer in layers if layer.name in kept]


def main_weight(module: nn.Module) -> nn.Parameter | None:
    """Return the module's own ``weight``, or else its largest own parameter of two dimensions or more."""
    own = {name: weight for name, weight in module.named_parameters(recurse=False) if weight.ndim >= 2}
    if "weight" in own:
        return own["weight"]
    return max(own.values(), key=lambda weight: weight.numel(), default=None)


def activation_types(model: ModelSettings, registry: Registry) -> tuple[type[nn.Module], ...]:
    """Return the class of the activation that an experiment picked, which may be a plugin's own.

    One that is put together from torch's modules is told by those.
    """
    choice = model.activation
    with own_random_numbers(0):  # a factory may draw
        module = registry.activations[choice.name].create(**choice.hyper)
    return () if isinstance(module, _CONTAINERS) or type(module) is nn.Module else (type(module),)


def _role(module: nn.Module, activations: tuple[type[nn.Module], ...]) -> Role | None:
    if isinstance(module, _NORMS):
        return "norm"
    if type(module) in activations or _is_activation(module):
        return "activation"
    weight = main_weight(module)
    return "weights" if weight is not None and not isinstance(weight, torch.nn.UninitializedParameter) else None


def _is_activation(module: nn.Module) -> bool:
    """Whether it is one of torch's activations, or of timm's, whose modules say so by where they were written."""
    if isinstance(module, _NO_ACTIVATIONS):
        return False
    home = type(module).__module__
    return home == nn.ReLU.__module__ or home.startswith("timm.layers.activations")
