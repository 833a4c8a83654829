"""Signals and gradients layer by layer through a deep network, before the first step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from desktop_app.api import needs_bias
from desktop_app.engine.experiment import ModelSettings
from desktop_app.engine.learn.gaussian import Numbers
from desktop_app.engine.learn.signal_theory import TROUBLE_FACTOR, Pair
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.engine.sheet import Sheet
from desktop_app.errors import DownslopeError, PluginError
from desktop_app.registry import Registry

# Differences this small beside the values themselves are what float64 rounds away.
_ROUNDING = 1e-14

BAND = (10.0, 90.0)
"""Percentiles over the seeds between which the band around a median lies."""


@dataclass(frozen=True)
class DeepNetwork:
    """``depth`` layers, each linear of ``width`` units, normalization and activation; inputs from a unit Gaussian."""

    depth: int = 50
    width: int = 256
    batch: int = 128
    seeds: int = 5


@dataclass(frozen=True)
class Recipe:
    """What the layers are made of; ``normalization`` is ``"none"`` or a plugin's name."""

    pair: Pair
    normalization: str = "none"
    normalization_hyper: Mapping[str, Any] | None = None
    place: Literal["before", "after"] = "before"

    def settings(self) -> ModelSettings:
        """Return the section of an experiment that asks for these parts."""
        pair = self.pair
        return ModelSettings.model_validate(
            {
                "initializer": {"name": pair.initializer, **pair.initializer_hyper},
                "activation": {"name": pair.activation, **pair.activation_hyper},
                "normalization": {"name": self.normalization, **(self.normalization_hyper or {})},
                "normalization_place": self.place,
            }
        )


@dataclass(frozen=True)
class Band:
    """A median over seeds and the percentiles of ``BAND``, for each layer."""

    median: Numbers
    low: Numbers
    high: Numbers

    @classmethod
    def of(cls, rows: Sequence[Numbers]) -> Band:
        """Make the band of one row a seed."""
        low, median, high = np.percentile(np.stack(rows), [BAND[0], 50.0, BAND[1]], axis=0)
        return cls(median, low, high)


@dataclass(frozen=True)
class SignalFlow:
    """Standard deviations behind each layer; place 0 is the input.

    ``signal``: over all units and samples. ``difference``: over the samples alone (root mean square over the units);
    what every sample has in common tells none from another. ``gradient``: of a random linear function of the last
    layer's outputs, 1 there.
    """

    title: str
    recipe: Recipe
    layers: Numbers
    signal: Band
    difference: Band
    gradient: Band

    @property
    def depth(self) -> int:
        """How many layers there are."""
        return len(self.layers) - 1

    @property
    def signal_left(self) -> float:
        """What is left of the inputs' differences behind the last layer, as a factor."""
        return float(self.difference.median[-1] / self.difference.median[0])

    @property
    def gradient_left(self) -> float:
        """What is left of the gradient behind the first layer, as a factor."""
        return float(self.gradient.median[1] / self.gradient.median[-1])

    @property
    def keeps(self) -> bool:
        """Whether signals and gradients stay within the factor that matters from end to end."""
        factors = (self.signal_left, self.gradient_left)
        return all(1.0 / TROUBLE_FACTOR <= factor <= TROUBLE_FACTOR for factor in factors)

    def in_words(self) -> str:
        """Return what happens, in a sentence or two."""
        gradient = _course("gradients", self.gradient_left, max(self.depth - 1, 1), self.depth)
        gone = np.flatnonzero(self.difference.median <= _ROUNDING * self.signal.median)
        if len(gone):
            signal = f"what tells samples apart is gone after {int(self.layers[gone[0]])}"
        else:
            signal = _course("what tells samples apart", self.signal_left, self.depth, self.depth)
        return f"{gradient[0].upper()}{gradient[1:]}; {signal}."

    def sheet(self) -> Sheet:
        """Return the medians and the bands, a row a layer."""
        columns: dict[str, Any] = {"layer": self.layers.astype(int).tolist()}
        for name in ("signal", "difference", "gradient"):
            band: Band = getattr(self, name)
            columns |= {f"{name}_std": band.median, f"{name}_p10": band.low, f"{name}_p90": band.high}
        return Sheet.of_columns(columns)


def measure_signals(
    registry: Registry,
    recipe: Recipe,
    network: DeepNetwork,
    title: str = "",
    between: Callable[[], None] = lambda: None,
) -> SignalFlow:
    """Send unit-Gaussian samples through freshly drawn networks, and a gradient back.

    ``between`` is called before each seed and may raise. torch's generator is left alone.
    Raises: ``PluginError`` where a part fails; ``ExperimentError`` where there is none of its name.
    """
    settings = recipe.settings()
    parts = ChosenParts(settings, registry)
    rows: list[tuple[Numbers, Numbers, Numbers]] = []
    for seed in range(network.seeds):
        between()
        try:
            rows.append(_one(parts, network, seed))
        except DownslopeError:
            raise
        except Exception as error:  # a plugin's border: said in a sentence
            raise PluginError(f"{title or recipe.pair.activation}: {type(error).__name__}: {error}") from error
    signal, difference, gradient = (Band.of([row[place] for row in rows]) for place in range(3))
    layers = np.arange(network.depth + 1, dtype=np.float64)
    return SignalFlow(title or title_of(registry, recipe), recipe, layers, signal, difference, gradient)


def title_of(registry: Registry, recipe: Recipe) -> str:
    """Return a recipe in a few words: ``ReLU, He, batch norm``."""
    pair = recipe.pair
    parts = [registry.activations[pair.activation].title or pair.activation]
    parts.append(registry.initializers[pair.initializer].title.split(" (")[0] or pair.initializer)
    if distribution := pair.initializer_hyper.get("distribution"):
        parts[-1] += f" {distribution}"
    if recipe.normalization != "none":
        normalization = registry.normalizations[recipe.normalization]
        parts.append((normalization.title or normalization.name).lower())
    if recipe.normalization != "none" and recipe.place == "after":
        parts[-1] += " after"
    return ", ".join(parts)


def _one(parts: ChosenParts, network: DeepNetwork, seed: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return the three standard deviations of one draw, ``[depth + 1]`` each."""
    width = network.width
    with own_random_numbers(seed):
        blocks = []
        for _ in range(network.depth):
            activated = parts.activated(width, 0)
            blocks.append(nn.Sequential(nn.Linear(width, width, bias=needs_bias(activated)), *activated))
        parts.initialize(nn.ModuleList(blocks))
        values = torch.randn(network.batch, width, dtype=torch.float64)
        direction = torch.randn(network.batch, width, dtype=torch.float64)
    # float64: in float32 a vanishing gradient would reach the smallest numbers that there are, and look like 0.
    deep = nn.ModuleList(blocks).to(torch.float64)
    deep.train()
    outputs = [values.requires_grad_(True)]
    with torch.enable_grad():
        for block in deep:
            outputs.append(block(outputs[-1]))
        gradients = torch.autograd.grad((outputs[-1] * direction).sum(), outputs)
    signal = [float(output.detach().std(correction=0)) for output in outputs]
    difference = [float(output.detach().var(0, correction=0).mean().sqrt()) for output in outputs]
    gradient = [float(found.square().mean().sqrt()) for found in gradients]
    return np.array(signal), np.array(difference), np.array(gradient)


def _course(subject: str, left: float, steps: int, depth: int) -> str:
    """Return how something changed over ``steps`` layers, as half a sentence."""
    one = subject != "gradients"
    if not np.isfinite(left):
        return f"{subject} grow{'s' * one} beyond all numbers within {depth} layers"
    if left <= 0.0:
        return f"{subject} vanish{'es' * one} altogether within {depth} layers"
    if 0.5 <= left <= 2.0:
        return f"{subject} keep{'s' * one} {'its' if one else 'their'} size ({left:.2g} times after {depth} layers)"
    a_layer = f"by {left ** (1.0 / steps):.2f} a layer"
    if left < 1.0:
        return f"{subject} shrink{'s' * one} {a_layer}: after {depth} layers {left:.2g} is left"
    return f"{subject} grow{'s' * one} {a_layer}: {left:.2g} times after {depth} layers"
