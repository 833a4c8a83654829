"""A summary of a long series at many scales, so that what is drawn of any range costs as much as it shows.

Level k sums up blocks of 8 to the power of k values: where the lowest and the highest of them stand, and their mean.
A range is drawn from the coarsest level whose blocks are not longer than what a stretch of the screen covers; eight
blocks a stretch at most are looked at, at any zoom. A spike of one value is the highest of every block that holds it,
up to the top, and so never vanishes.

In memory a value costs 8/7 bytes for the places and 12/7 for the means: 29 MB for ten million, beside the series.
"""

from __future__ import annotations

import numpy as np

from desktop_app.window.plots.growing import Growing
from desktop_app.window.plots.thinning import Floats, Places, extremes

FACTOR = 8
# So many values are summed up at a time: what is worked with meanwhile stays in the processor's cache, or nearly.
_AT_ONCE = 1 << 17


class _Level:
    """Blocks of ``length`` values each; those that are whole."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.lowest, self.highest = Growing(np.int32), Growing(np.int32)
        self.sums, self.finite = Growing(np.float64), Growing(np.uint32)

    def __len__(self) -> int:
        return len(self.lowest)


class Pyramid:
    """Grows with its series; what it says is the same whether that came at once or in parts."""

    def __init__(self) -> None:
        self._levels: list[_Level] = []

    def extend(self, values: Floats) -> None:
        """Take up what is new in ``values``, which are all values so far."""
        if not self._levels:
            self._levels.append(_Level(FACTOR))
        first = self._levels[0]
        for start in range(len(first) * FACTOR, len(values) // FACTOR * FACTOR, _AT_ONCE):
            rows = values[start : min(start + _AT_ONCE, len(values) // FACTOR * FACTOR)].reshape(-1, FACTOR)
            starts = start + FACTOR * np.arange(len(rows))
            lowest, highest = extremes(rows)
            finite = np.isfinite(rows)
            first.lowest.extend(starts + lowest)
            first.highest.extend(starts + highest)
            with np.errstate(over="ignore"):
                first.sums.extend(np.where(finite, rows, 0.0).sum(axis=1))
            first.finite.extend(finite.sum(axis=1))
        level = first
        place = 1
        while len(level) >= FACTOR:
            if place == len(self._levels):
                self._levels.append(_Level(level.length * FACTOR))
            upper = self._levels[place]
            self._sum_up(level, upper, values)
            level, place = upper, place + 1

    def places(self, values: Floats, first: int, last: int, stretches: int) -> Places:
        """Return the places from ``first`` to before ``last`` that a curve over so many stretches is drawn through.

        They are in order, two a stretch: the lowest and the highest value, or any one where none is finite. Stretches
        begin at multiples of their length, so that a curve that is panned does not flicker; the outer two may therefore
        reach past ``first`` and ``last``.
        """
        number = last - first
        if number <= 2 * stretches:
            return np.arange(first, last)
        length = -(-number // stretches)
        levels = [level for level in self._levels if level.length <= length and len(level)]
        block = levels[-1].length if levels else 1
        in_stretch = -(-length // block)
        low = first // (block * in_stretch) * in_stretch
        high = -(-last // (block * in_stretch)) * in_stretch
        if not levels:
            everything = np.arange(low, min(high, len(values)))
            return _picked(values, everything, everything, in_stretch)
        level = levels[-1]
        found = [
            _picked(values, level.lowest.view[low:high], level.highest.view[low:high], in_stretch),
        ]
        if high > len(level):
            found.append(self._end(values, levels))
        return np.unique(np.concatenate(found))

    def means(self, values: Floats, first: int, last: int, most: int) -> tuple[Places, Floats, int]:
        """Return the means of equal blocks from ``first`` to before ``last``, of ``most`` blocks at most.

        Returns: The place of each block's last value, the means of their finite values (NaN where there is none), and
        the blocks' length, which is 1 where there are no more than ``most`` values. What does not fill a block is left
        out.
        """
        level = next((each for each in self._levels if (last - first) <= most * each.length), None)
        if last - first <= most or level is None:
            return np.arange(first, last), values[first:last], 1
        blocks = slice(first // level.length, -(-last // level.length))
        sums, finite = level.sums.view[blocks], level.finite.view[blocks]
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(finite > 0, sums / finite, np.nan)
        ends = (blocks.start + 1 + np.arange(len(means))) * level.length - 1
        return ends, means, level.length

    def _sum_up(self, level: _Level, upper: _Level, values: Floats) -> None:
        new = slice(len(upper) * FACTOR, len(level) // FACTOR * FACTOR)
        lowest, highest = level.lowest.view[new].reshape(-1, FACTOR), level.highest.view[new].reshape(-1, FACTOR)
        rows = np.arange(len(lowest))
        low, _ = extremes(values[lowest])
        _, high = extremes(values[highest])
        upper.lowest.extend(lowest[rows, low])
        upper.highest.extend(highest[rows, high])
        with np.errstate(over="ignore"):
            upper.sums.extend(level.sums.view[new].reshape(-1, FACTOR).sum(axis=1))
        upper.finite.extend(level.finite.view[new].reshape(-1, FACTOR).sum(axis=1))

    def _end(self, values: Floats, levels: list[_Level]) -> Places:
        """Return the places of the lowest and the highest value behind the last whole block of the coarsest level."""
        covered = len(levels[-1]) * levels[-1].length
        candidates = []
        for level in reversed(levels[:-1]):
            left = slice(covered // level.length, len(level))
            candidates += [level.lowest.view[left], level.highest.view[left]]
            covered = len(level) * level.length
        candidates.append(np.arange(covered, len(values)))
        places = np.concatenate(candidates).astype(np.int64)
        return _picked(values, places, places, max(len(places), 1))


def _picked(values: Floats, lowest: Places, highest: Places, length: int) -> Places:
    """Return the lowest and the highest of each ``length`` candidates, in order and each place once."""
    if not len(lowest):
        return np.empty(0, dtype=np.int64)
    over = -len(lowest) % length
    if over:
        # The last stretch is filled up with its last candidate, which changes neither extreme.
        lowest = np.concatenate([lowest, np.repeat(lowest[-1:], over)])
        highest = np.concatenate([highest, np.repeat(highest[-1:], over)])
    lowest, highest = lowest.reshape(-1, length), highest.reshape(-1, length)
    rows = np.arange(len(lowest))
    low, _ = extremes(values[lowest])
    _, high = extremes(values[highest])
    return np.unique(np.concatenate([lowest[rows, low], highest[rows, high]]).astype(np.int64))
