"""Scales that colours stand for: powers of ten, shares from 0 to 1, and numbers on both sides of 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desktop_app.window.wording import figure

Floats = NDArray[np.float64]
Kind = Literal["log", "share", "signed"]

# What lies further than that many powers of ten below the largest value is shown in the lowest colour.
_MOST_DECADES = 16
# From that many powers of ten on, the ends are whole ones; below, 1, 2 and 5 times one.
_WHOLE_DECADES = 2.0
_MOST_TICKS = 5


@dataclass(frozen=True)
class Scale:
    """``low`` and ``high`` are the ends, of a logarithmic scale as powers of ten."""

    kind: Kind
    low: float
    high: float

    @classmethod
    def fitted(cls, kind: Kind, values: Floats) -> Scale:
        """Return the scale that holds ``values``, its ends rounded outwards so that it seldom changes as they grow.

        What is not finite, and on a logarithmic scale what is not above 0, is left out.
        """
        if kind == "share":
            return cls("share", 0.0, 1.0)
        kept = values[np.isfinite(values)]
        if kind == "signed":
            end = _rounded_up(float(np.abs(kept).max())) if kept.size and kept.any() else 1.0
            return cls("signed", -end, end)
        kept = kept[kept > 0]
        if not kept.size:
            return cls("log", -1.0, 0.0)
        low, high = math.log10(float(kept.min())), math.log10(float(kept.max()))
        low = max(low, high - _MOST_DECADES)
        if high - low >= _WHOLE_DECADES:
            return cls("log", math.floor(low), math.ceil(high))
        low, high = _nice_power(low, up=False), _nice_power(high, up=True)
        return cls("log", low, high if high > low else _nice_power(low + 0.05, up=True))

    def units(self, values: Floats) -> Floats:
        """Return ``values`` in the units of the ends: 0 becomes minus infinity on a logarithmic scale."""
        if self.kind != "log":
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log10(values), dtype=np.float64)

    def places(self, units: Floats) -> Floats:
        """Return where ``units`` lie between the ends, 0 to 1; NaN stays NaN."""
        return np.clip((units - self.low) / (self.high - self.low), 0.0, 1.0)

    def ticks(self) -> list[tuple[float, str]]:
        """Return places between 0 and 1, each with the number that stands there."""
        if self.kind == "share":
            return [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")]
        if self.kind == "signed":
            return [(0.0, figure(self.low)), (0.5, "0"), (1.0, figure(self.high))]
        length = self.high - self.low
        if length < _WHOLE_DECADES:
            return [(0.0, figure(10**self.low)), (1.0, figure(10**self.high))]
        stride = math.ceil(length / (_MOST_TICKS - 1))
        powers = np.arange(self.low, self.high + 0.5, stride)
        return [(float((power - self.low) / length), figure(float(10.0**power))) for power in powers]


def _rounded_up(value: float) -> float:
    return float(10 ** _nice_power(math.log10(value), up=True))


def _nice_power(power: float, *, up: bool) -> float:
    """Return the nearest power of 10 of 1, 2 or 5 times a power of ten, not below ``power`` or not above it."""
    decade = math.floor(power)
    steps = [decade, decade + math.log10(2), decade + math.log10(5), decade + 1.0]
    if up:
        return next(step for step in steps if step >= power - 1e-9)
    return next(step for step in reversed(steps) if step <= power + 1e-9)
