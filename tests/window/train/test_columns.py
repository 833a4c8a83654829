"""What is decimated to columns never loses what stands out."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.window.train.columns import any_in_columns, to_columns, usual

NAN = float("nan")


@st.composite
def measured(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Return rising steps and two rows of values, some of them missing."""
    gaps = draw(st.lists(st.integers(1, 30), min_size=1, max_size=60))
    steps = np.cumsum(gaps).astype(float)
    value = st.one_of(st.just(NAN), st.floats(-100, 100))
    rows = [draw(st.lists(value, min_size=len(gaps), max_size=len(gaps))) for _ in range(2)]
    return steps, np.array(rows)


def by_hand(steps: np.ndarray, row: np.ndarray, edges: np.ndarray, place: int, centre: float) -> float:
    """Return what a column shows, found the slow way."""
    is_last = place == len(edges) - 2
    inside = [
        value
        for step, value in zip(steps, row, strict=True)
        if edges[place] <= step and (step < edges[place + 1] or (is_last and step == edges[-1]))
    ]
    if inside:
        known = [value for value in inside if not np.isnan(value)]
        return max(known, key=lambda value: (abs(value - centre), value)) if known else NAN
    before = [value for step, value in zip(steps, row, strict=True) if step < edges[place]]
    return before[-1] if before and edges[place] <= steps[-1] else NAN


@settings(deadline=None)
@given(measured(), st.integers(1, 50), st.floats(-5, 5))
def test_each_column_shows_the_value_furthest_from_the_centre(
    data: tuple[np.ndarray, np.ndarray], columns: int, centre: float
) -> None:
    steps, rows = data
    low, high = float(steps[0]), float(steps[-1]) + 1.0
    made = to_columns(steps, rows, low, high, columns, np.full(2, centre))
    edges = low + (high - low) * np.arange(columns + 1) / columns
    for number, row in enumerate(rows):
        expected = [by_hand(steps, row, edges, place, centre) for place in range(columns)]
        shown = np.abs(made[number] - centre)
        np.testing.assert_allclose(shown, np.abs(np.array(expected) - centre), rtol=0, atol=1e-9)


@given(st.integers(0, 9_999), st.integers(1, 1000))
def test_a_spike_of_one_step_among_ten_thousand_is_seen(place: int, columns: int) -> None:
    row = np.full((1, 10_000), 1.0)
    row[0, place] = -7.0
    made = to_columns(np.arange(10_000.0), row, 0.0, 9_999.0, columns, np.ones(1))
    assert (made == -7.0).sum() == 1


def test_a_column_without_a_step_shows_the_last_one_before_it_and_nothing_beyond_the_end() -> None:
    made = to_columns(np.array([0.0, 10.0]), np.array([[3.0, 5.0]]), -5.0, 15.0, 20, np.zeros(1))
    assert np.isnan(made[0, :5]).all()
    assert (made[0, 5:15] == 3.0).all()
    assert made[0, 15] == 5.0
    assert np.isnan(made[0, 16:]).all()


def test_without_steps_or_without_width_there_is_nothing() -> None:
    assert np.isnan(to_columns(np.empty(0), np.empty((2, 0)), 0.0, 1.0, 4, np.zeros(2))).all()
    assert np.isnan(to_columns(np.ones(1), np.ones((2, 1)), 1.0, 1.0, 4, np.zeros(2))).all()


def test_one_flag_marks_its_column() -> None:
    flags = np.zeros((2, 100), dtype=bool)
    flags[1, 42] = True
    marked = any_in_columns(np.arange(100.0), flags, 0.0, 99.0, 10)
    assert np.argwhere(marked).tolist() == [[1, 4]]


def test_what_is_usual_leaves_out_what_is_missing() -> None:
    rows = np.array([[1.0, 2.0, NAN, 9.0], [NAN] * 4, [-np.inf, 4.0, 4.0, 4.0]])
    assert usual(rows).tolist() == [2.0, 0.0, 4.0]
