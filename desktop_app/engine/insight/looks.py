"""What instruments saw of many layers, side by side: a table of layers by sampled steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.insight.evidence import Evidence, Numbers


@dataclass(frozen=True)
class Looks:
    """One quantity of some layers: ``values`` is ``[layers, steps]``, NaN where a layer was not seen at a step."""

    quantity: str
    layers: tuple[str, ...]
    steps: NDArray[np.int64]
    values: Numbers

    @property
    def series(self) -> tuple[str, ...]:
        """The names of the series that this is made of."""
        return tuple(f"{self.quantity}/{layer}" for layer in self.layers)

    def early(self) -> Numbers:
        """Return each layer's first value, ``[layers]``: what it was before it learned anything."""
        return self.values[:, 0] if len(self.steps) else np.full(len(self.layers), np.nan)

    def typical(self) -> Numbers:
        """Return each layer's median over all steps, ``[layers]``; NaN where there is none."""
        return _medians(self.values)

    def late(self, looks: int) -> Numbers:
        """Return each layer's median over the last few looks, ``[layers]``."""
        return _medians(self.values[:, -looks:])


def looks_at(evidence: Evidence, quantity: str, layers: Sequence[str]) -> Looks:
    """Return what was seen of ``quantity`` in ``layers``, at all steps at which any of them was seen."""
    series = [evidence.of_layer(quantity, layer) for layer in layers]
    steps = np.unique(np.concatenate([each.steps for each in series])) if series else np.empty(0, dtype=np.int64)
    values = np.full((len(layers), len(steps)), np.nan)
    for row, each in zip(values, series, strict=True):
        row[np.searchsorted(steps, each.steps)] = each.values
    return Looks(quantity, tuple(layers), steps, values)


def _medians(values: Numbers) -> Numbers:
    finite = np.where(np.isfinite(values), values, np.nan)
    seen = ~np.isnan(finite).all(axis=1) if finite.shape[1] else np.zeros(len(finite), dtype=bool)
    medians = np.full(len(finite), np.nan)
    if seen.any():
        medians[seen] = np.nanmedian(finite[seen], axis=1)
    return medians
