"""Draws a surface as a map: shaded by the logarithm of its loss, with contours and the line of its target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.learn.surfaces import Pair, Surface

_BANDS = 16
_COARSE = 64
# How far the lowest places are tinted, and how strongly contours show.
_TINT, _LINE = 0.42, 0.32
# Contours that would lie closer than this many pixels fade away instead of flickering.
_CLOSEST, _CLEAR = 2.5, 5.0
# Fewer points than torch shares out among its threads: waiting for them costs more here, beside a training above all.
_AT_ONCE = 16_000

Colour = tuple[int, int, int]
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Relief:
    """How losses of one surface are told apart: ``base`` is the lowest, contours lie at equal factors above it."""

    surface: Surface
    base: float
    unit: float
    top: float

    @classmethod
    def of(cls, surface: Surface) -> Relief:
        """Look over the surface once; its known minima count, whether the grid meets them or not."""
        losses = _losses(surface, surface.low, surface.high, (_COARSE, _COARSE))
        lowest = float(np.nanmin(losses))
        if surface.minima:
            import torch

            with torch.no_grad():
                known = surface.loss(torch.tensor(surface.minima, dtype=torch.float64))
            lowest = min(lowest, float(known.min()))
        unit = max(surface.target - lowest, 1e-12)
        return cls(surface, lowest, unit, max(float(np.log1p((np.nanmax(losses) - lowest) / unit)), 1e-9))

    def heights(self, losses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return on which contour losses lie: 0 at the lowest, 16 at the highest that is drawn at first."""
        above = np.maximum(losses - self.base, 0.0)
        return np.log1p(above / self.unit) * (_BANDS / self.top)

    @property
    def target(self) -> float:
        """On which contour the target lies."""
        return float(np.log1p(1.0)) * (_BANDS / self.top)

    def picture(self, low: Pair, high: Pair, size: tuple[int, int], shades: tuple[Colour, Colour, Colour]) -> Picture:
        """Return ``uint8 [height, width, 3]`` of the part from ``low`` to ``high``, its first row at the bottom.

        Args:
            low: The lower left corner.
            high: The upper right corner.
            size: Width and height in pixels.
            shades: The colours of the ground, of the valleys and of the contours.
        """
        heights = self.heights(_losses(self.surface, low, high, size)).astype(np.float32)
        up, across = np.gradient(heights)
        slope = np.maximum(np.sqrt(up * up + across * across), np.float32(1e-12))
        tint = _TINT * (1.0 - np.clip(heights / _BANDS, 0.0, 1.0))
        clear = np.clip((1.0 / slope - _CLOSEST) / (_CLEAR - _CLOSEST), 0.0, _LINE)
        contour = np.clip(1.1 - np.abs(heights - np.round(heights)) / slope, 0.0, 1.0) * clear
        finish = np.clip(1.6 - np.abs(heights - np.float32(self.target)) / slope, 0.0, 1.0)
        picture = np.empty((*heights.shape, 3), dtype=np.uint8)
        for channel, (ground, valley, line) in enumerate(zip(*shades, strict=True)):
            shade = ground + tint * np.float32(valley - ground)
            shade += contour * (line - shade)
            shade += finish * (valley - shade)
            picture[..., channel] = np.nan_to_num(shade)
        return picture


def _losses(surface: Surface, low: Pair, high: Pair, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return losses ``[height, width]`` at the middles of the pixels, infinite ones as the highest that is finite."""
    import torch

    x, y = (
        low[axis] + (np.arange(number) + 0.5) / number * (high[axis] - low[axis]) for axis, number in enumerate(size)
    )
    points = torch.from_numpy(np.stack(np.meshgrid(x, y), -1))
    with torch.no_grad():
        parts = [surface.loss(rows) for rows in points.split(max(1, _AT_ONCE // size[0]))]
    losses: NDArray[np.float64] = torch.cat(parts).numpy()
    finite = losses[np.isfinite(losses)]
    return np.nan_to_num(losses, nan=float(finite.max()) if len(finite) else 0.0)
