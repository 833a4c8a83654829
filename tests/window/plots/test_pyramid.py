from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.window.plots.pyramid import Pyramid

NUMBERS = st.one_of(st.floats(-1e9, 1e9), st.sampled_from([float("nan"), float("inf"), -float("inf")]))
# Long ones by repeating a short pattern with a spike put in: lists of thousands are slow to draw one by one.
LONG = st.tuples(st.lists(NUMBERS, min_size=1, max_size=40), st.integers(1, 400), st.integers(0, 10**6))


def made(drawn: tuple[list[float], int, int]) -> np.ndarray:
    pattern, times, spike = drawn
    values = np.tile(np.array(pattern), times)
    values[spike % len(values)] = 1e12
    return values


def grown(values: np.ndarray, sizes: list[int]) -> Pyramid:
    pyramid, there = Pyramid(), 0
    for size in [*sizes, len(values)]:
        there = min(there + size, len(values))
        pyramid.extend(values[:there])
    return pyramid


@settings(max_examples=150)
@given(LONG, st.integers(1, 60), st.floats(0, 1), st.floats(0, 1))
def test_each_stretch_keeps_its_lowest_and_highest_value(
    drawn: tuple[list[float], int, int], stretches: int, begin: float, end: float
) -> None:
    values = made(drawn)
    first = int(begin * (len(values) - 1))
    last = first + 1 + int(end * (len(values) - 1 - first))
    places = grown(values, []).places(values, first, last, stretches)
    assert (np.diff(places) > 0).all()
    assert len(places) <= 2 * stretches + 6
    kept = values[places]
    # Between two places that are drawn, nothing rises above or falls below what is drawn around there.
    length = -(-(last - first) // stretches)
    for start in range(first, last, length):
        stretch = values[start : min(start + length, last)]
        near = kept[(places >= start - 2 * length) & (places < start + 3 * length)]
        finite, around = stretch[np.isfinite(stretch)], near[np.isfinite(near)]
        if len(finite):
            assert around.min() <= finite.min()
            assert around.max() >= finite.max()


@settings(max_examples=60)
@given(LONG, st.lists(st.integers(0, 700), max_size=8), st.integers(1, 30))
def test_growing_in_parts_gives_the_same_as_at_once(
    drawn: tuple[list[float], int, int], sizes: list[int], stretches: int
) -> None:
    values = made(drawn)
    parts, once = grown(values, sizes), grown(values, [])
    for first, last in ((0, len(values)), (len(values) // 3, len(values)), (0, len(values) // 2)):
        np.testing.assert_array_equal(
            parts.places(values, first, last, stretches), once.places(values, first, last, stretches)
        )
        for one, other in zip(parts.means(values, first, last, 50), once.means(values, first, last, 50), strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_spike_of_one_value_among_a_million_is_seen_at_every_zoom() -> None:
    values = np.zeros(1_000_003)
    values[[3, 500_001, 1_000_002]] = (5.0, -7.0, 9.0)
    pyramid = grown(values, [100, 900_000])
    for first, last in ((0, 1_000_003), (0, 4), (500_000, 500_900), (400_000, 1_000_003)):
        kept = values[pyramid.places(values, first, last, 40)]
        assert kept.max() >= values[first:last].max()
        assert kept.min() <= values[first:last].min()


def test_what_is_looked_at_does_not_grow_with_the_series() -> None:
    looked: list[int] = []

    class Watched(np.ndarray):
        def __getitem__(self, key: object) -> object:
            found = super().__getitem__(key)
            looked.append(np.size(found))
            return found

    for number in (100_000, 3_000_000):
        values = np.arange(number, dtype=np.float64)
        pyramid = grown(values, [])
        looked.clear()
        pyramid.places(values.view(Watched), 0, number, 100)
        assert sum(looked) < 2 * 8 * 2 * 100 + 200


def test_means_are_those_of_whole_blocks_without_what_is_not_finite() -> None:
    values = np.arange(64.0)
    values[3] = np.nan
    values[8:16] = np.inf
    ends, means, length = grown(values, []).means(values, 0, 64, 8)
    assert length == 8
    assert ends.tolist() == [7, 15, 23, 31, 39, 47, 55, 63]
    assert means[0] == (0 + 1 + 2 + 4 + 5 + 6 + 7) / 7
    assert np.isnan(means[1])
    assert means[2] == 19.5
