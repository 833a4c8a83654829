from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.window.plots.smoothing import remembered, smoothed

NUMBERS = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([float("nan"), float("inf"), -float("inf")]))


def one_by_one(values: list[float], strength: float) -> list[float]:
    mean, weight, averages = 0.0, 0.0, []
    for value in values:
        if math.isfinite(value):
            mean = strength * mean + (1 - strength) * value
            weight = strength * weight + (1 - strength)
            averages.append(mean / weight)
        else:
            averages.append(value)
    return averages


@given(st.lists(NUMBERS, max_size=60), st.integers(1, 60), st.floats(0.01, 0.9995))
def test_it_is_the_debiased_average_worked_out_one_by_one(values: list[float], times: int, strength: float) -> None:
    numbers = np.array(values * times)
    largest = max((abs(value) for value in values if math.isfinite(value)), default=1.0)
    np.testing.assert_allclose(
        smoothed(numbers, strength), one_by_one(values * times, strength), rtol=1e-9, atol=1e-11 * largest + 1e-300
    )


def test_no_strength_leaves_everything_as_it_is() -> None:
    values = np.array([1.0, 5.0, float("nan")])
    np.testing.assert_array_equal(smoothed(values, 0.0), values)


def test_a_spike_long_ago_is_forgotten() -> None:
    values = np.ones(100_000)
    values[0] = 1e9
    assert smoothed(values, 0.999)[-1] == pytest.approx(1.0, abs=1e-9)


@given(st.floats(0.01, 0.999))
def test_what_is_remembered_weighs_a_millionth_at_most_before_that(strength: float) -> None:
    assert strength ** remembered(strength) <= 1.01e-6
