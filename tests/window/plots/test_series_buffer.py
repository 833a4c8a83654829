from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.window.plots.series_buffer import SeriesBuffer, thinned

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000)


class Source:
    """A recorder's reading side, over plain lists."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def read(self, name: str, start: int) -> tuple[np.ndarray, np.ndarray]:
        steps = np.arange(1, len(self.values) + 1)
        return steps[start:], np.array(self.values[start:])


@given(VALUES, st.integers(2, 500))
def test_thinning_keeps_the_extremes_and_the_order(values: list[float], points: int) -> None:
    steps = np.arange(len(values), dtype=np.float64)
    kept_steps, kept = thinned(steps, np.array(values), points)
    assert len(kept) <= max(points, 2)
    assert kept.min() == min(values)
    assert kept.max() == max(values)
    assert (np.diff(kept_steps) > 0).all()


def test_a_stretch_without_finite_values_stays_a_gap() -> None:
    values = np.array([1.0] * 50 + [np.nan] * 50)
    _, kept = thinned(np.arange(100, dtype=np.float64), values, 10)
    assert np.isnan(kept).any()


@given(st.lists(VALUES, max_size=4))
def test_pulling_in_parts_gives_the_whole_series(parts: list[list[float]]) -> None:
    source, buffer = Source(), SeriesBuffer("loss")
    for part in parts:
        source.values += part
        assert buffer.pull(source)
    assert not buffer.pull(source)
    assert buffer.values.tolist() == source.values
    assert buffer.steps.tolist() == list(range(1, len(source.values) + 1))


def test_the_average_starts_at_the_first_value_and_follows_a_constant() -> None:
    source, buffer = Source(), SeriesBuffer("loss")
    source.values = [3.0] + [1.0] * 2000
    buffer.pull(source)
    assert buffer.smooth[0] == 3.0
    assert abs(buffer.smooth[-1] - 1.0) < 1e-9
    assert (np.diff(buffer.smooth) <= 1e-12).all()


def test_the_average_passes_over_values_that_are_not_finite() -> None:
    source, buffer = Source(), SeriesBuffer("loss")
    source.values = [1.0, float("nan"), 1.0]
    buffer.pull(source)
    assert buffer.smooth[2] == 1.0


def test_the_value_at_a_step_is_the_last_one_before_it() -> None:
    source, buffer = Source(), SeriesBuffer("loss")
    source.values = [5.0, 6.0]
    buffer.pull(source)
    assert buffer.at(0.5) is None
    assert buffer.at(1.9) == 5.0
    assert buffer.at(99.0) == 6.0
