"""What theory says about an initializer and an activation in a deep network, without normalization.

In a wide layer each unit's input is Gaussian. With ``W`` of variance ``v`` and ``n`` units in and out, its second
moment follows ``q' = n v E[f(sqrt(q) z)^2]`` from layer to layer, and the second moment of the gradient is multiplied
by ``n v E[f'(sqrt(q) z)^2]`` on its way back (Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017,
arXiv:1611.01232). Both are computed from the functions themselves, so that a user's own plugins are judged alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch

from desktop_app.engine.learn.gaussian import GaussianGrid, Numbers, values_and_slopes
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.errors import PluginError
from desktop_app.registry import Registry

TROUBLE_FACTOR = 30.0
"""How far the two ends of a network may differ in their signals or gradients before it matters.

One learning rate has to serve all layers. Steps that are some times too small or too large still train, as anyone has
seen who moved a learning rate by a factor of ten; from about thirty on some layers stand still while others jump. In
two or three layers hardly any pair gets there (relu with xavier takes ten), and nothing is said.
"""

MEASURED_WIDTH = 256
"""Width of the square weights that an initializer's variance is measured on."""

# The standard error of the variance is then 0.2 %, and that of a signal after 50 layers 5 %.
_MEASURED_WEIGHTS = 8


@dataclass(frozen=True)
class Pair:
    """An initializer and an activation, each with the hyper-parameters that differ from its own defaults."""

    initializer: str
    activation: str
    initializer_hyper: Mapping[str, Any]
    activation_hyper: Mapping[str, Any]

    @classmethod
    def of(cls, initializer: str, activation: str, **initializer_hyper: Any) -> Pair:
        """Return a pair whose activation has its defaults."""
        return cls(initializer, activation, initializer_hyper, {})


@dataclass(frozen=True)
class Verdict:
    """What becomes of signals and gradients after ``depth`` layers.

    ``signal`` and ``gradient`` are factors of standard deviations, from the first layer's unit inputs to the last one's
    and back; ``signal_a_layer`` and ``gradient_a_layer`` are their geometric means.
    """

    depth: int
    signal: float
    gradient: float

    @property
    def signal_a_layer(self) -> float:
        """The factor of one layer, for the signal."""
        return float(self.signal ** (1.0 / max(self.depth, 1)))

    @property
    def gradient_a_layer(self) -> float:
        """The factor of one layer, for the gradient."""
        return float(self.gradient ** (1.0 / max(self.depth, 1)))

    @property
    def distance(self) -> float:
        """How far from keeping both, in natural logarithms: 0 is perfect."""
        return max(_distance(self.signal), _distance(self.gradient))

    @property
    def suits(self) -> bool:
        """Whether signals and gradients stay within ``TROUBLE_FACTOR`` from end to end."""
        return self.distance <= math.log(TROUBLE_FACTOR)


def _distance(factor: float) -> float:
    return abs(float(np.log(factor))) if factor > 0 and np.isfinite(factor) else float("inf")


@cache
def _grid() -> GaussianGrid:
    return GaussianGrid(2_000)


def gain_of(registry: Registry, initializer: str, hyper: Mapping[str, Any]) -> float:
    """Return ``n v``: the width times the variance of the weights, measured on square weights that it fills.

    Raises: ``PluginError`` where it cannot fill them, or not with finite numbers.
    """
    weight = torch.empty(MEASURED_WIDTH, MEASURED_WIDTH)
    squares = []
    with own_random_numbers(0):
        for _ in range(_MEASURED_WEIGHTS):
            registry.initializers[initializer].apply(weight, **hyper)
            squares.append(weight.to(torch.float64).square().mean())
    gain = float(torch.stack(squares).mean()) * MEASURED_WIDTH
    if not np.isfinite(gain):
        raise PluginError(f'initializer "{initializer}" fills weights with numbers that are not finite.')
    return gain


def suits(registry: Registry, pair: Pair, depth: int = 50) -> Verdict:
    """Return what theory says of ``depth`` layers of this pair; unit-Gaussian inputs, no normalization.

    Raises: ``PluginError`` where one of the two does not exist or cannot be computed.
    """
    activation = registry.activations[pair.activation]
    grid = _grid()
    gain = gain_of(registry, pair.initializer, pair.initializer_hyper)
    moments: dict[float, tuple[float, float]] = {}

    def moments_at(q: float) -> tuple[float, float]:
        if q not in moments:
            x: Numbers = np.sqrt(q) * grid.x
            value, slope = values_and_slopes(lambda: activation.create(**pair.activation_hyper), x, str(activation))
            moments[q] = grid.mean(value**2), grid.mean(slope**2)
        return moments[q]

    value, gradient = 1.0, 1.0
    for _ in range(depth):
        if not 1e-280 < value < 1e280:  # as good as gone; the squares of it can no longer be told from 0
            break
        value, slope = moments_at(gain * value)
        gradient *= gain * slope
    return Verdict(depth, float(np.sqrt(value)), float(np.sqrt(gradient)))


def fitting_initializers(registry: Registry, pair: Pair, depth: int = 50) -> list[tuple[Pair, Verdict]]:
    """Return every initializer of the registry with this pair's activation, the one that keeps most first.

    The choice of a distribution is kept, and an initializer that asks for the activation's slope is told it.
    What cannot be computed is left out.
    """
    found = []
    for name in registry.initializers:
        candidate = with_initializer(registry, pair, name)
        try:
            found.append((candidate, suits(registry, candidate, depth)))
        except PluginError:
            continue
    return sorted(found, key=lambda entry: entry[1].distance)


def with_initializer(registry: Registry, pair: Pair, name: str) -> Pair:
    """Return the pair with another initializer, which takes over what the two have in common."""
    parameters = {parameter.name: parameter for parameter in registry.initializers[name].parameters}
    hyper: dict[str, Any] = {}
    wanted = pair.initializer_hyper.get("distribution")
    if "distribution" in parameters and wanted in parameters["distribution"].choices:
        hyper["distribution"] = wanted
    slope = slope_of(registry, pair)
    if "negative_slope" in parameters and slope:
        hyper["negative_slope"] = slope
    return Pair(name, pair.activation, hyper, pair.activation_hyper)


def slope_of(registry: Registry, pair: Pair) -> float:
    """Return the slope for negative inputs that the activation says it has; 0 where it says nothing."""
    parameters = {parameter.name: parameter.default for parameter in registry.activations[pair.activation].parameters}
    value = pair.activation_hyper.get("negative_slope", parameters.get("negative_slope", 0.0))
    return float(value) if isinstance(value, int | float) else 0.0
