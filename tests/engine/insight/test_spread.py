"""Histograms of many tensors at once."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.insight.spread import BINS, MOST_VALUES, histograms_of, sampled_values

NUMBERS = st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=50)


@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_every_value_is_counted_where_it_lies(lists):
    found = histograms_of({str(place): torch.tensor(each) for place, each in enumerate(lists)}, 7)

    for place, each in enumerate(lists):
        histogram = found[str(place)]
        values = np.array(each, dtype=np.float32).astype(np.float64)
        assert histogram.step == 7
        assert histogram.counts.sum() == len(values)
        assert histogram.low <= values.min() <= values.max() <= histogram.high
        edges = np.linspace(histogram.low, histogram.high, BINS + 1)
        margin = (histogram.high - histogram.low) * 1e-6
        assert histogram.counts[:20].sum() <= (values <= edges[20] + margin).sum()
        assert histogram.counts[:20].sum() >= (values < edges[20] - margin).sum()


def test_values_that_are_not_finite_are_left_out():
    nan, infinity = float("nan"), float("inf")

    found = histograms_of({"some": torch.tensor([1.0, nan, 3.0, infinity]), "none": torch.tensor([nan, nan])}, 1)

    assert list(found) == ["some"]
    assert (found["some"].low, found["some"].high, found["some"].counts.sum()) == (1.0, 3.0, 2)


def test_values_that_are_all_the_same_have_a_width():
    found = histograms_of({"zeros": torch.zeros(5)}, 1)["zeros"]

    assert (found.low, found.high) == (-0.5, 0.5)
    assert found.counts.sum() == 5


def test_of_a_large_tensor_a_part_is_looked_at_from_all_over():
    values = sampled_values(torch.arange(1_000_000.0).reshape(1000, 1000))

    assert MOST_VALUES / 2 < len(values) <= MOST_VALUES
    assert values[0] == 0.0
    assert values[-1] > 990_000
    assert len({int(value) % 1000 for value in values}) > 900


def test_no_values_have_no_histogram():
    assert histograms_of({"empty": torch.empty(0)}, 1) == {}
    assert histograms_of({}, 1) == {}
