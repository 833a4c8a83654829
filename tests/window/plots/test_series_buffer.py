from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.window.plots import series_buffer
from desktop_app.window.plots.series_buffer import SeriesBuffer
from desktop_app.window.plots.smoothing import smoothed
from desktop_app.window.plots.thinning import thinned, with_lone_points

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000)


class Source:
    """A recorder's reading side, over plain lists."""

    rewinds = 0

    def __init__(self, values: list[float] | None = None) -> None:
        self.values = values or []
        self.steps: np.ndarray | None = None

    def read(self, name: str, start: int = 0) -> tuple[np.ndarray, np.ndarray]:
        steps = np.arange(1, len(self.values) + 1) if self.steps is None else self.steps
        return steps[start:], np.array(self.values[start:], dtype=np.float64)


@given(VALUES, st.integers(2, 500))
def test_thinning_keeps_the_extremes_and_the_order(values: list[float], points: int) -> None:
    steps = np.arange(len(values), dtype=np.float64)
    kept_steps, kept = thinned(steps, np.array(values), points)
    assert len(kept) <= max(points, 2)
    assert kept.min() == min(values)
    assert kept.max() == max(values)
    assert (np.diff(kept_steps) > 0).all()


def test_a_stretch_without_finite_values_stays_a_gap() -> None:
    source, buffer = Source([1.0] * 5000 + [float("nan")] * 5000 + [2.0] * 10), SeriesBuffer("loss")
    buffer.pull(source)
    for strength in (0.0, 0.9):
        _, kept = buffer.between(-np.inf, np.inf, 40, strength=strength)
        assert np.isnan(kept).any()
        assert kept[np.isfinite(kept)].max() == pytest.approx(2.0, abs=1.0)


def test_a_value_between_two_gaps_is_drawn_as_a_dot() -> None:
    x, y = with_lone_points(np.arange(5.0), np.array([1.0, np.nan, 3.0, np.nan, 5.0]))
    assert x.tolist() == [0.0, 0.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0]
    assert np.isnan(y).sum() == 2


@given(st.lists(VALUES, max_size=4))
def test_pulling_in_parts_gives_the_whole_series(parts: list[list[float]]) -> None:
    source, buffer = Source(), SeriesBuffer("loss")
    for part in parts:
        source.values = source.values + part
        assert buffer.pull(source)
    assert not buffer.pull(source)
    assert buffer.values.tolist() == source.values
    assert buffer.steps.tolist() == list(range(1, len(source.values) + 1))


def test_a_long_series_is_taken_up_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_buffer, "_AT_ONCE", 100)
    source, buffer = Source([float(number) for number in range(250)]), SeriesBuffer("loss")
    sizes = []
    while buffer.pull(source):
        sizes.append((len(buffer), buffer.is_behind))
    assert sizes == [(100, True), (200, True), (250, False)]
    assert buffer.values.tolist() == source.values


def test_a_past_that_was_rolled_back_is_taken_up_anew() -> None:
    source, buffer = Source([5.0, 4.0, float("nan"), 3.0]), SeriesBuffer("loss")
    buffer.pull(source)
    source.values = [5.0, 4.0]
    assert buffer.pull(source)
    assert buffer.values.tolist() == [5.0, 4.0]
    source.values = [5.0, 3.5, 3.0, 2.5]
    assert buffer.pull(source)
    assert buffer.values.tolist() == [5.0, 3.5, 3.0, 2.5]
    assert buffer.range == (2.5, 5.0)


@given(st.lists(st.integers(1, 50), min_size=2, max_size=200), st.floats(-10, 3000), st.floats(0, 2000))
def test_a_range_of_uneven_steps_holds_its_points_and_one_on_either_side(
    gaps: list[int], low: float, width: float
) -> None:
    source, buffer = Source([float(gap) for gap in gaps]), SeriesBuffer("loss")
    source.steps = np.cumsum(gaps)
    buffer.pull(source)
    steps, _ = buffer.between(low, low + width, 10_000)
    inside = source.steps[(source.steps >= low) & (source.steps <= low + width)]
    before, after = source.steps[source.steps < low], source.steps[source.steps > low + width]
    assert steps.tolist() == [*before[-1:], *inside, *after[:1]]


def test_near_every_value_is_smoothed_exactly_and_far_out_nearly() -> None:
    generator = np.random.default_rng(0)
    values = np.linspace(2.0, 1.0, 300_000) + generator.normal(scale=0.1, size=300_000)
    source, buffer = Source(values.tolist()), SeriesBuffer("loss")
    buffer.pull(source)
    exact = smoothed(values, 0.99)
    steps, near = buffer.between(200_000, 200_300, 1000, strength=0.99)
    np.testing.assert_allclose(near, exact[steps.astype(int) - 1], rtol=1e-5)
    steps, far = buffer.between(-np.inf, np.inf, 400, strength=0.99)
    assert len(steps) <= 400
    assert np.abs(far - exact[steps.astype(int) - 1]).max() < 0.02
    assert buffer.at(250_000.5, strength=0.99) == pytest.approx(exact[249_999], rel=1e-5)


def test_the_value_at_a_step_is_the_last_one_before_it() -> None:
    source, buffer = Source([5.0, 6.0]), SeriesBuffer("loss")
    buffer.pull(source)
    assert buffer.at(0.5) is None
    assert buffer.at(1.9) == 5.0
    assert buffer.at(99.0) == 6.0


def test_a_past_that_ends_alike_is_taken_up_anew_too_once_the_training_has_gone_back() -> None:
    source, buffer = Source([0.1, 0.1, 0.05, 0.05]), SeriesBuffer("lr")
    buffer.pull(source)
    source.values = [0.1, 0.05, 0.05, 0.05, 0.05]
    source.rewinds = 1
    assert buffer.pull(source)
    assert buffer.values.tolist() == source.values
    assert not buffer.pull(source)


def test_a_past_of_which_nothing_is_left_is_news() -> None:
    source, buffer = Source([2.0, 1.0]), SeriesBuffer("loss")
    buffer.pull(source)
    source.values, source.rewinds = [], 1
    assert buffer.pull(source)
    assert len(buffer) == 0
    assert buffer.range is None
    assert not buffer.pull(source)


def test_what_was_still_to_be_taken_up_of_a_forgotten_past_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_buffer, "_AT_ONCE", 100)
    source, buffer = Source([1.0] * 250), SeriesBuffer("loss")
    buffer.pull(source)
    source.values, source.rewinds = [1.0] * 30, 1
    assert buffer.pull(source)
    assert len(buffer) == 30
    assert not buffer.is_behind


@given(st.lists(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("inf"))), min_size=1, max_size=300), max_size=4))
def test_the_range_is_that_of_all_finite_values_so_far(parts: list[list[float]]) -> None:
    source, buffer = Source(), SeriesBuffer("loss")
    for part in parts:
        source.values = source.values + part
        buffer.pull(source)
    finite = [value for value in source.values if np.isfinite(value)]
    assert buffer.range == ((min(finite), max(finite)) if finite else None)
