"""Makes the activation, normalization and initialisation that an experiment picked, for network plugins to use."""

from __future__ import annotations

from torch import nn

from desktop_app.api import BuiltBackbone, DataError, PluginError, WeightsReport, weights_report
from desktop_app.engine.experiment import ModelSettings
from desktop_app.engine.networks.layers import WITH_WEIGHTS
from desktop_app.registry import Registry


class ChosenParts:
    """The ``Parts`` of one experiment; backbones are made once and handed out again."""

    def __init__(self, model: ModelSettings, registry: Registry) -> None:
        self._model = model
        self._registry = registry
        self._backbones: dict[tuple[str, str], BuiltBackbone] = {}

    def activation(self) -> nn.Module:
        """Return a new activation."""
        choice = self._model.activation
        module: nn.Module = self._registry.activations[choice.name].create(**choice.hyper)
        return module

    def normalization(self, features: int, dimensions: int) -> nn.Module | None:
        """Return a new normalization of ``features`` channels, or ``None`` where the experiment wants none."""
        choice = self._model.normalization
        if choice.name == "none":
            return None
        module: nn.Module = self._registry.normalizations[choice.name].create(features, dimensions, **choice.hyper)
        return module

    def activated(self, features: int, dimensions: int) -> list[nn.Module]:
        """Return normalization and activation in the order that the experiment asks for."""
        modules = [self.normalization(features, dimensions), self.activation()]
        if self._model.normalization_place == "after":
            modules.reverse()
        return [module for module in modules if module is not None]

    def initialize(self, module: nn.Module) -> nn.Module:
        """Draw the weights of every convolution and linear layer inside ``module``; biases become 0."""
        choice = self._model.initializer
        initializer = self._registry.initializers[choice.name]
        for layer in module.modules():
            if isinstance(layer, WITH_WEIGHTS):
                initializer.apply(layer.weight, **choice.hyper)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        return module

    def backbone(self, name: str, weights: str) -> BuiltBackbone:
        """Return the backbone of that name; the same one at each call.

        Raises: ``DataError`` for a weights file that is unreadable or does not fit, or weights that cannot be fetched;
        ``PluginError`` where the backbone itself fails.
        """
        key = (name, weights)
        if key not in self._backbones:
            try:
                self._backbones[key] = BuiltBackbone(*self._registry.backbones[name].create(weights))
            except PluginError as error:
                if isinstance(error.__cause__, DataError):  # its own sentence says it all
                    raise error.__cause__ from error
                raise
        return self._backbones[key]

    @property
    def weights_reports(self) -> tuple[WeightsReport, ...]:
        """How far the files fitted that weights were loaded from."""
        reports = (weights_report(built.module) for built in self._backbones.values())
        return tuple(report for report in reports if report is not None)
