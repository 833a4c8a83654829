"""An activation as a curve: value, slope, and what becomes of a unit Gaussian that goes through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from desktop_app.engine.learn.gaussian import REACH, GaussianGrid, Numbers, values_and_slopes
from desktop_app.engine.sheet import Sheet
from desktop_app.registry import Registry

SATURATED_BELOW = 0.01
"""A slope smaller than this lets less than a hundredth of a gradient through: the unit is saturated there."""

DRAWN_TO = 5.0
"""Curves are drawn from minus to plus this many standard deviations of a unit Gaussian."""

_DRAWN_EVERY = 8
_BINS = 120
# A value that this share of all outputs takes exactly is shown as a line of its own, not as a density.
_LEAST_ATOM = 1e-3
# Outputs that this share of a unit Gaussian leads to, at each end, are left out of the density's range.
_TAIL = 2e-4


@dataclass(frozen=True)
class ActivationCurve:
    """One activation.

    ``x``, ``value`` and ``slope`` are drawn over one another. ``mean``, ``std``, ``second_moment`` (of the output) and
    ``slope_second_moment`` are expectations over a unit Gaussian ``x``; the last two are what one layer does to the
    second moments of a signal and of a gradient, weights aside. ``saturated`` and ``dead`` are shares of that Gaussian:
    where the slope is below ``SATURATED_BELOW``, and where value and slope are both exactly 0, each all the way to one
    side (a turning point, such as GELU's, is neither).
    ``density`` belongs to the middles ``outputs``; what is taken exactly by a share of all is in ``atoms``.
    """

    title: str
    x: Numbers
    value: Numbers
    slope: Numbers
    outputs: Numbers
    density: Numbers
    atoms: tuple[tuple[float, float], ...]
    mean: float
    std: float
    second_moment: float
    slope_second_moment: float
    saturated: float
    dead: float
    saturated_spans: tuple[tuple[float, float], ...]
    dead_spans: tuple[tuple[float, float], ...]

    def in_words(self) -> str:
        """Return what there is to say about where it saturates or dies."""
        if self.dead:
            share = "half" if abs(self.dead - 0.5) < 0.005 else f"{_percent(self.dead)}"
            return (
                f"{self.title}: {share} of a unit Gaussian's outputs are 0 and pass no gradient; a unit whose inputs "
                "all lie there has died."
            )
        if self.saturated >= _LEAST_ATOM:
            return (
                f"{self.title}: {_percent(self.saturated)} of a unit Gaussian lies where the slope is below "
                f"{SATURATED_BELOW:g}: there less than a hundredth of the gradient passes."
            )
        if self.saturated_spans:
            beyond = min(min(abs(low), abs(high)) for low, high in self.saturated_spans)
            return (
                f"{self.title}: saturates beyond {beyond:.2g}, where a unit Gaussian hardly comes; "
                f"its slope is {np.sqrt(self.slope_second_moment):.2g} on average (root mean square)."
            )
        return f"{self.title}: neither saturates nor dies."


@cache
def _grid() -> GaussianGrid:
    return GaussianGrid()


def activation_curve(registry: Registry, name: str, hyper: Mapping[str, Any], title: str = "") -> ActivationCurve:
    """Return the curve of one activation of the registry.

    Raises: ``PluginError`` where there is none of that name or it cannot be computed.
    """
    contribution = registry.activations[name]
    grid = _grid()
    x = grid.x
    value, slope = values_and_slopes(lambda: contribution.create(**hyper), x, str(contribution))
    mean = grid.mean(value)
    weak = _to_a_side(np.abs(slope) < SATURATED_BELOW)
    dead = _to_a_side((slope == 0.0) & (value == 0.0))
    atoms, middles, density = _distribution(value, grid.share)
    drawn = np.abs(x) <= DRAWN_TO
    return ActivationCurve(
        title=title or contribution.title or name,
        x=x[drawn][::_DRAWN_EVERY],
        value=value[drawn][::_DRAWN_EVERY],
        slope=slope[drawn][::_DRAWN_EVERY],
        outputs=middles,
        density=density,
        atoms=atoms,
        mean=mean,
        std=float(np.sqrt(max(grid.mean((value - mean) ** 2), 0.0))),
        second_moment=grid.mean(value**2),
        slope_second_moment=grid.mean(slope**2),
        saturated=float(grid.share[weak].sum()),
        dead=float(grid.share[dead].sum()),
        saturated_spans=_spans(x, weak),
        dead_spans=_spans(x, dead),
    )


def table_of(curves: Sequence[ActivationCurve]) -> Sheet:
    """Return the numbers of several activations, a row each."""
    header = ("activation", "mean", "std", "second_moment", "slope_second_moment", "share_saturated", "share_dead")
    rows = [
        (
            curve.title,
            curve.mean,
            curve.std,
            curve.second_moment,
            curve.slope_second_moment,
            curve.saturated,
            curve.dead,
        )
        for curve in curves
    ]
    return Sheet(header, rows)


def _to_a_side(where: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Keep of ``where`` only what reaches one of the two ends without a gap."""
    from_left = np.logical_and.accumulate(where)
    from_right = np.logical_and.accumulate(where[::-1])[::-1]
    kept: np.ndarray[Any, np.dtype[np.bool_]] = from_left | from_right
    return kept


def _spans(x: Numbers, where: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[tuple[float, float], ...]:
    """Return the stretches of ``x`` where it holds; one that reaches the grid's end goes on for ever."""
    half = (x[1] - x[0]) / 2
    edges = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]])))
    spans = []
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        low, high = float(x[first] - half), float(x[after - 1] + half)
        low = low if low > -REACH + half else -np.inf
        high = high if high < REACH - half else np.inf
        spans.append((round(low, 9), round(high, 9)))
    return tuple(spans)


def _distribution(value: Numbers, share: Numbers) -> tuple[tuple[tuple[float, float], ...], Numbers, Numbers]:
    """Return the values that a share of all outputs takes exactly, and the density of the others."""
    distinct, place, count = np.unique(value, return_inverse=True, return_counts=True)
    mass = np.bincount(place, weights=share)
    # One point of the grid is no atom, however likely it is; a stretch on which the function stands still is.
    is_atom = (mass >= _LEAST_ATOM) & (count >= 10)
    atoms = tuple((float(at), float(much)) for at, much in zip(distinct[is_atom], mass[is_atom], strict=True))
    rest = ~is_atom[place]
    if not rest.any():
        return atoms, np.empty(0), np.empty(0)
    order = np.argsort(value[rest])
    values, weights = value[rest][order], share[rest][order]
    below = np.cumsum(weights)
    low, high = values[np.searchsorted(below, _TAIL)], values[np.searchsorted(below, below[-1] - _TAIL)]
    if not high > low:
        return atoms, np.empty(0), np.empty(0)
    # Each point's share is split between the two nearest middles: whole points in bins would leave ripples.
    width = (high - low) / _BINS
    inside = (values >= low) & (values <= high)
    place = np.clip((values[inside] - low) / width - 0.5, 0.0, _BINS - 1.0)
    left = np.minimum(np.floor(place).astype(int), _BINS - 2)
    part, weights = place - left, weights[inside]
    numbers = np.bincount(left, weights * (1 - part), _BINS) + np.bincount(left + 1, weights * part, _BINS)
    return atoms, low + width * (np.arange(_BINS) + 0.5), numbers / width


def _percent(share: float) -> str:
    return f"{share * 100:.2g} %" if share < 0.0995 else f"{share * 100:.0f} %"
