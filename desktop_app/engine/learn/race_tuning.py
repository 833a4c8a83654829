"""Finds each entrant's best learning rate on a surface, so that a race compares rules and not guesses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from desktop_app.api import Range
from desktop_app.engine.learn.race import Entrant, Trail, run_race
from desktop_app.engine.learn.race_watch import RaceWatch
from desktop_app.engine.learn.surfaces import Pair, Surface

if TYPE_CHECKING:
    from desktop_app.registry import Registry

# Where a plugin gives its learning rate no usual range.
_USUAL = Range(1e-4, 1.0, log=True)
_RATES_A_DECADE = 2
_FINER = 2
# Enough to tell a rate that gets somewhere from one that does not; the finer ones are raced to the end.
_FIRST_STEPS = 200


def best_learning_rates(
    surface: Surface,
    entrants: Sequence[Entrant],
    start: Pair,
    steps: int,
    seed: int,
    registry: Registry,
    watch: RaceWatch | None = None,
) -> tuple[float | None, ...]:
    """Return for each entrant the learning rate that gets it below the target in the fewest steps.

    Where none does, the one that ends lowest. Two rates a decade of the plugin's usual range run their first 200
    steps, then the best of them and four around it run all of theirs; everything on the same noise. ``None`` for an
    optimizer without an ``lr``, and where every rate fails.
    Raises: ``RaceCancelled`` where ``watch`` was told to end.
    """
    ranges = [rate_range(entrant, registry) for entrant in entrants]

    def best(rates: list[list[float]], steps: int) -> list[float | None]:
        field = [
            (place, rate, replace(entrant, hyper={**entrant.hyper, "lr": rate}))
            for place, (entrant, some) in enumerate(zip(entrants, rates, strict=True))
            for rate in some
        ]
        race = run_race(surface, [entry for _, _, entry in field], start, steps, seed, registry, watch)
        tried: list[dict[float, Trail]] = [{} for _ in entrants]
        for (place, rate, _), trail in zip(field, race.trails, strict=True):
            tried[place][rate] = trail
        return [_best(trails) for trails in tried]

    coarse = best([_coarse(span) if span else [] for span in ranges], min(steps, _FIRST_STEPS))
    fine = [_around(rate, span) if span and rate else [] for rate, span in zip(coarse, ranges, strict=True)]
    return tuple(best(fine, steps))


def rate_range(entrant: Entrant, registry: Registry) -> Range | None:
    """Return where the learning rate of ``entrant`` is searched, or ``None`` where it has none."""
    contribution = registry.optimizers.get(entrant.optimizer)
    if contribution is None:
        return None
    rate = next((parameter for parameter in contribution.parameters if parameter.name == "lr"), None)
    if rate is None:
        return None
    return rate.range if rate.range and rate.range.log else _USUAL


def _coarse(span: Range) -> list[float]:
    number = max(2, round(np.log10(span.high / span.low) * _RATES_A_DECADE) + 1)
    return [_rounded(rate, span) for rate in np.geomspace(span.low, span.high, number)]


def _around(rate: float, span: Range) -> list[float]:
    factor = 10 ** (1 / (_RATES_A_DECADE * (_FINER + 1)))
    finer = (rate * factor**power for power in range(-_FINER, _FINER + 1))
    return sorted({_rounded(candidate, span) for candidate in finer})


def _rounded(rate: float, span: Range) -> float:
    """Return ``rate`` with two digits, as people write it, inside ``span``."""
    return min(max(float(f"{rate:.1e}"), span.low), span.high)


def _best(trails: dict[float, Trail]) -> float | None:
    ranked = [
        (trail.steps_to_target if trail.steps_to_target is not None else np.inf, float(trail.losses[-1]), rate)
        for rate, trail in trails.items()
        if not trail.error and trail.diverged is None and np.isfinite(trail.losses[-1])
    ]
    return min(ranked)[2] if ranked else None
