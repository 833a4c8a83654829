"""Scales of colours hold what they are fitted to, and say so in plain numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.window.train.scale import Scale


@given(st.lists(st.floats(1e-12, 1e3), min_size=1))
def test_a_logarithmic_scale_holds_every_value(values: list[float]) -> None:
    scale = Scale.fitted("log", np.array(values))
    units = scale.units(np.array(values))
    assert scale.low < scale.high
    assert (units >= scale.low - 1e-9).all()
    assert (units <= scale.high + 1e-9).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_scale_on_both_sides_of_nothing_is_even(values: list[float]) -> None:
    scale = Scale.fitted("signed", np.array(values))
    assert scale.low == -scale.high < 0
    assert scale.high >= max(map(abs, values)) * (1 - 1e-9)
    assert scale.places(np.zeros(1))[0] == 0.5


def test_its_ends_are_rounded_so_that_it_seldom_changes() -> None:
    assert Scale.fitted("log", np.array([3e-6, 0.7])) == Scale("log", -6, 0)
    near = Scale.fitted("log", np.array([12.0, 17.0]))
    assert [text for _, text in near.ticks()] == ["10", "20"]
    assert Scale.fitted("log", np.array([12.0, 19.0])) == near


def test_a_share_always_runs_from_none_to_all() -> None:
    scale = Scale.fitted("share", np.array([0.2, 0.3]))
    assert [text for _, text in scale.ticks()] == ["0 %", "50 %", "100 %"]


def test_what_is_no_number_or_nothing_is_left_out() -> None:
    values = np.array([np.nan, np.inf, 0.0, -1.0, 0.01, 1.0])
    scale = Scale.fitted("log", values)
    assert (scale.low, scale.high) == (-2, 0)
    places = scale.places(scale.units(np.array([0.0, 0.01, 1.0])))
    assert places.tolist() == [0.0, 0.0, 1.0]
    assert np.isnan(scale.places(np.array([np.nan])))[0]


@pytest.mark.parametrize("kind", ["log", "signed", "share"])
def test_without_a_value_there_is_a_scale_all_the_same(kind: str) -> None:
    scale = Scale.fitted(kind, np.empty(0))  # type: ignore[arg-type]
    assert scale.low < scale.high
    assert len(scale.ticks()) >= 2


def test_many_powers_of_ten_are_named_in_five_places_at_most() -> None:
    ticks = Scale.fitted("log", np.array([1e-13, 1.0])).ticks()
    assert [text for _, text in ticks] == ["1e-13", "1e-9", "1e-5", "0.1"]
    assert [place for place, _ in ticks] == pytest.approx([0, 4 / 13, 8 / 13, 12 / 13])
