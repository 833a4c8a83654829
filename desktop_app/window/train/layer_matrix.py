"""One quantity of all layers over time, pulled piece by piece from where it is recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop_app.window.plots.series_buffer import SeriesSource

Floats = NDArray[np.float64]


class LayerMatrix:
    """``values [layer, step]``: NaN where a layer was not measured at a step, which ``measured`` tells from a NaN."""

    def __init__(self, key: str, order: Sequence[str] = ()) -> None:
        """Begin with nothing; ``order`` are the layers in running order, as far as they are known."""
        self.key = key
        self._order = order
        self._forget()

    @property
    def steps(self) -> Floats:
        """The steps at which any layer was measured."""
        return self._steps

    @property
    def values(self) -> Floats:
        """The values, ``[layer, step]``."""
        return self._values[:, : len(self._steps)]

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Which of them were measured, ``[layer, step]``."""
        return self._measured[:, : len(self._steps)]

    def pull(self, source: SeriesSource, names: Iterable[str]) -> bool:
        """Take what is new of the series in ``names`` that are of this quantity; returns whether there was anything."""
        start = f"{self.key}/"
        names = list(names)
        layers = [name[len(start) :] for name in names if name.startswith(start)]
        if set(layers) - set(self.layers):
            self._take_layers(in_order(layers, self._order))
        new = {}
        for row, layer in enumerate(self.layers):
            taken = self._taken[layer]
            # From the last one that is known, which is no longer there where the training went back to a checkpoint.
            steps, values = source.read(start + layer, max(taken - 1, 0))
            if taken and (not len(steps) or steps[0] != self._last[layer]):
                self._forget()
                return self.pull(source, names)
            if len(steps) > min(taken, 1):
                new[row] = (steps[min(taken, 1) :], values[min(taken, 1) :])
                self._last[layer] = int(steps[-1])
        if not new:
            return False
        for row, (steps, _) in new.items():
            self._taken[self.layers[row]] += len(steps)
        self._make_room(np.unique(np.concatenate([steps for steps, _ in new.values()])).astype(np.float64))
        for row, (steps, values) in new.items():
            places = np.searchsorted(self._steps, steps)
            self._values[row, places] = values
            self._measured[row, places] = True
        return True

    def find(
        self, row: int, low: float, high: float, distance: Callable[[Floats], Floats] = np.abs
    ) -> tuple[int, float] | None:
        """Return step and value of one layer between two steps: the one with the largest ``distance``, NaN before all.

        Where there is none between them it is the last one before; ``None`` where there is none at all.
        """
        known = np.flatnonzero(self.measured[row])
        inside = known[(self._steps[known] >= low) & (self._steps[known] < high)]
        if not len(inside):
            inside = known[self._steps[known] < high][-1:]
        if not len(inside):
            return None
        distances = distance(self.values[row, inside])
        place = inside[int(np.argmax(np.where(np.isnan(distances), np.inf, distances)))]
        return int(self._steps[place]), float(self.values[row, place])

    def _forget(self) -> None:
        self.layers: list[str] = []
        self._taken: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._steps = np.empty(0)
        self._values = np.empty((0, 64))
        self._measured = np.empty((0, 64), dtype=np.bool_)

    def _take_layers(self, layers: list[str]) -> None:
        """Put new layers into their rows; what is known of others moves with them."""
        values = np.full((len(layers), self._values.shape[1]), np.nan)
        measured = np.zeros(values.shape, dtype=np.bool_)
        for row, layer in enumerate(layers):
            if layer in self._taken:
                before = self.layers.index(layer)
                values[row], measured[row] = self._values[before], self._measured[before]
        self._values, self._measured = values, measured
        self._taken = {layer: self._taken.get(layer, 0) for layer in layers}
        self.layers = layers

    def _make_room(self, new: Floats) -> None:
        """Have a column for each of the steps ``new``."""
        count = len(self._steps)
        at_end = count == 0 or new[0] > self._steps[-1]
        steps = np.concatenate([self._steps, new]) if at_end else np.union1d(self._steps, new)
        if at_end and len(steps) <= self._values.shape[1]:
            self._steps = steps
            return
        room = max(2 * len(steps), 64)
        values = np.full((len(self.layers), room), np.nan)
        measured = np.zeros(values.shape, dtype=np.bool_)
        places = np.searchsorted(steps, self._steps)
        values[:, places], measured[:, places] = self.values, self.measured
        self._steps, self._values, self._measured = steps, values, measured


def in_order(layers: Iterable[str], order: Sequence[str]) -> list[str]:
    """Return ``layers`` in running order; those that ``order`` does not name come last, numbers in them counted up."""
    places = {name: place for place, name in enumerate(order)}
    return sorted(set(layers), key=lambda name: (places.get(name, len(places)), _counting(name)))


def _counting(name: str) -> list[tuple[int, str]]:
    """Return a key that puts ``layers.2`` before ``layers.10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
