from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.api import Range
from desktop_app.window.forms.range_slider import place_of, value_at

PLACES = st.floats(0, 1)
LINEAR = st.tuples(st.floats(-1e3, 1e3), st.floats(1e-2, 1e6)).map(lambda pair: Range(pair[0], pair[0] + pair[1]))
LOGARITHMIC = st.tuples(st.floats(1e-9, 1e3), st.floats(2, 1e9)).map(lambda p: Range(p[0], p[0] * p[1], log=True))


@given(PLACES, st.one_of(LINEAR, LOGARITHMIC))
def test_a_value_of_the_slider_lies_in_its_range(place: float, span: Range) -> None:
    assert value_at(place, span) in span


@given(PLACES, LOGARITHMIC)
def test_a_logarithmic_value_is_at_its_place_to_two_digits(place: float, span: Range) -> None:
    exact = span.low * (span.high / span.low) ** place
    assert math.isclose(value_at(place, span), exact, rel_tol=0.06)


@given(PLACES, LINEAR)
def test_a_linear_value_is_at_its_place_to_a_hundredth(place: float, span: Range) -> None:
    exact = span.low + place * (span.high - span.low)
    assert abs(value_at(place, span) - exact) <= 0.011 * (span.high - span.low)


def test_the_middle_of_a_logarithmic_range_is_its_geometric_mean() -> None:
    assert value_at(0.5, Range(1e-6, 1e-2, log=True)) == 1e-4
    assert place_of(1e-4, Range(1e-6, 1e-2, log=True)) == 0.5


def test_a_value_outside_lies_at_the_end() -> None:
    assert place_of(7.0, Range(0.0, 1.0)) == 1.0
    assert place_of(-7.0, Range(0.0, 1.0)) == 0.0
