"""Histograms with bins of their own are laid side by side without losing a value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.store.metrics import Histogram
from desktop_app.window.train.spread import spread_of


def histogram(step: int, low: float, high: float, counts: list[int]) -> Histogram:
    return Histogram(step, low, high, np.array(counts))


def test_values_spread_evenly_within_their_bins() -> None:
    spread = spread_of([histogram(1, 0.0, 4.0, [300, 100])])
    assert spread is not None
    assert (spread.low, spread.high) == (0.0, 4.0)
    half = len(spread.shares) // 2
    assert spread.shares[:half, 0].sum() == pytest.approx(0.75)
    assert np.ptp(spread.shares[:half, 0]) < 1e-12


@given(
    st.lists(
        st.tuples(st.floats(-10, 0), st.floats(0.1, 10), st.lists(st.integers(1, 50), min_size=1, max_size=9)),
        min_size=1,
        max_size=8,
    )
)
def test_no_bin_is_negative_and_the_latest_is_shown_whole(raw: list[tuple[float, float, list[int]]]) -> None:
    spread = spread_of([histogram(step, low, high, counts) for step, (low, high, counts) in enumerate(raw)])
    assert spread is not None
    assert (spread.shares >= 0).all()
    assert spread.shares.sum(axis=0).max() <= 1 + 1e-9
    assert spread.shares[:, -1].sum() >= 0.99


def test_one_burst_does_not_press_the_others_into_one_bin() -> None:
    usual = [histogram(step, -1.0, 1.0, [10] * 8) for step in range(60)]
    spread = spread_of([*usual[:30], histogram(30, -1e6, 1e6, [1, 1]), *usual[31:]])
    assert spread is not None
    assert (spread.low, spread.high) == (-1.0, 1.0)


def test_what_has_one_value_or_none_or_no_number_is_drawn_all_the_same() -> None:
    spread = spread_of([histogram(1, 0.5, 0.5, [7]), histogram(2, float("nan"), 1.0, [1]), histogram(3, 0, 1, [0])])
    assert spread is not None
    assert spread.steps.tolist() == [1.0]
    assert spread.shares.sum() == 1.0
    assert spread_of([histogram(3, 0.0, 1.0, [0, 0])]) is None
    assert spread_of([]) is None
