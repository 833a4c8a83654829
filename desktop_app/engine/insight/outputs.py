"""What a layer gives: how its outputs are spread, which of its units say nothing, and how many are at a bound."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from desktop_app.engine.own_randomness import own_random_numbers

MOST_VECTORS = 64
MOST_PICTURES = 32
"""So many samples of a batch are looked at; of pictures, each of which has many places, fewer."""

NEAR_BOUND = 0.01
"""An element is saturated within this share of the way from one bound to the other."""

_FAR = 50.0
_FARTHER = 1e4


@dataclass(frozen=True)
class Bounds:
    """Between which values an activation's outputs lie.

    A bound that small inputs reach already, such as the 0 of a ReLU6, is where a unit rests and not where it saturates:
    it counts as a bound, and nothing near it is saturated.
    """

    low: float
    high: float
    low_saturates: bool = True
    high_saturates: bool = True

    @classmethod
    def of(cls, activation: nn.Module) -> Bounds | None:
        """Find out by asking the activation, or return ``None`` where it is not bounded on both sides.

        A copy in evaluation mode is asked. One that answers otherwise than element by element is not asked further.
        """
        asked = torch.tensor([-_FARTHER, -_FAR, -0.01, 0.01, _FAR, _FARTHER])
        try:
            with torch.no_grad(), own_random_numbers(0):
                answers = copy.deepcopy(activation).cpu().float().eval()(asked)
            if answers.shape != asked.shape:
                return None
            farther_low, low, below, above, high, farther_high = answers.tolist()
        except Exception:  # noqa: BLE001 - a plugin's border: an activation that cannot be asked has no known bounds
            return None
        reach = high - low
        tolerance = NEAR_BOUND / 10 * abs(reach)
        if not tolerance > 0 or abs(farther_low - low) > tolerance or abs(farther_high - high) > tolerance:
            return None
        if reach < 0:
            low, high, below, above = high, low, above, below
        return cls(low, high, abs(below - low) > tolerance, abs(above - high) > tolerance)

    def saturated(self, values: Tensor) -> Tensor:
        """Return the share of elements near a bound, a scalar on the device."""
        near = NEAR_BOUND * (self.high - self.low)
        if self.low_saturates and self.high_saturates:
            middle = (self.high + self.low) / 2
            found = (values - middle).abs() >= (self.high - self.low) / 2 - near
        elif self.low_saturates:
            found = values <= self.low + near
        else:
            found = values >= self.high - near
        return found.mean(dtype=torch.float32)


def watched_part(output: Tensor) -> Tensor:
    """Return the first samples of ``[batch, ...]`` in float32."""
    return output.detach()[: MOST_VECTORS if output.ndim == 2 else MOST_PICTURES].to(torch.float32)


def mean_and_std(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean and the standard deviation (of the population) of all elements, scalars on the device.

    As ``torch.std_mean`` has them, which takes twenty times as long on a processor: one element after the other. The
    squares are those of parts of the largest difference, so that they overflow no sooner than the elements do.
    """
    mean = values.mean()
    away = values - mean
    largest = away.abs().amax().clamp(min=torch.finfo(values.dtype).tiny)
    return mean, torch.linalg.vector_norm(away / largest) * (largest / math.sqrt(values.numel()))


def dead_share(values: Tensor, channels_last: bool) -> Tensor | None:
    """Return the share of units whose output is the same for every sample and place, a scalar on the device.

    A unit is a feature of ``[batch, features]`` or a channel of ``[batch, channels, ...]`` (``[batch, ...,
    channels]`` where ``channels_last``). Returns ``None`` where a unit has but one value, which is always the same.
    """
    unit = values.ndim - 1 if channels_last or values.ndim == 2 else 1
    if values.ndim < 2 or values.numel() <= values.shape[unit] or len(values) < 2:
        return None
    units_last = values.movedim(unit, -1)
    if units_last.is_contiguous():
        # Sample by sample first: a processor is slow with many rows as short as few units are.
        rows = units_last.flatten(1)
        highest, lowest = (found.view(-1, values.shape[unit]) for found in (rows.amax(0), rows.amin(0)))
        return (highest.amax(0) == lowest.amin(0)).mean(dtype=torch.float32)
    others = [place for place in range(values.ndim) if place != unit]
    return (values.amax(others) == values.amin(others)).mean(dtype=torch.float32)


def batch_drift(norm: nn.Module, inputs: Tensor) -> Tensor | None:
    """Return how far a batch's means lie from a batch norm's running ones, in running standard deviations.

    The root mean square over the channels of ``|batch mean - running mean| / sqrt(running variance + eps)``, before the
    batch is taken into the running statistics; ``None`` where there are none.
    """
    mean, variance = getattr(norm, "running_mean", None), getattr(norm, "running_var", None)
    if not isinstance(mean, Tensor) or not isinstance(variance, Tensor) or inputs.ndim < 2:
        return None
    others = [place for place in range(inputs.ndim) if place != 1]
    away = inputs.detach().to(torch.float32).mean(others) - mean
    return (away.square() / (variance + getattr(norm, "eps", 0.0))).mean().sqrt()
