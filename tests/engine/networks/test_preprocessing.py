"""Preprocessing against NumPy: standardised numbers, missing ones, categories."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from desktop_app.engine.networks.preprocessing import PicturePreprocessing, TablePreprocessing

numbers = st.one_of(st.floats(-1e4, 1e4, width=32), st.just(float("nan")))
tables = st.tuples(st.integers(1, 30), st.integers(1, 4)).flatmap(
    lambda shape: arrays.arrays(np.float32, shape, elements=numbers)
)


@given(tables)
def test_numbers_are_standardised_over_what_is_there_and_missing_ones_become_the_mean(values):
    preprocessing = TablePreprocessing([0] * values.shape[1])

    preprocessing.fit(torch.from_numpy(values))
    found = preprocessing(torch.from_numpy(values)).numpy()

    for place in range(values.shape[1]):
        column = values[:, place].astype(np.float64)
        present = column[~np.isnan(column)]
        mean = present.mean() if len(present) else 0.0
        spread = present.std() if len(present) else 0.0
        scale = spread if spread > 1e-6 * abs(mean) else 1.0
        expected = np.where(np.isnan(column), 0.0, (column - mean) / scale)
        # float32's own error in ``value - mean``, in units of the spread
        allowed = 1e-5 + 1e-6 * max(abs(mean), 1.0) / scale
        assert np.isfinite(found[:, place]).all()
        np.testing.assert_allclose(found[:, place], expected, atol=allowed, rtol=1e-4)
        if np.isnan(column).any():
            assert (np.abs(found[np.isnan(column), place]) == 0.0).all()


@given(st.lists(st.integers(-1, 5), min_size=1, max_size=20))
def test_a_category_is_one_input_and_a_missing_or_unknown_one_is_none(places):
    preprocessing = TablePreprocessing([3])

    found = preprocessing(torch.tensor(places, dtype=torch.float32).reshape(-1, 1)).numpy()

    expected = np.array([[float(place == category) for category in range(3)] for place in places])
    np.testing.assert_array_equal(found, expected)


def test_columns_keep_their_kinds_and_order():
    preprocessing = TablePreprocessing([2, 0, 0], flagged=[2])
    preprocessing.fit(torch.tensor([[0.0, 1.0, 10.0], [1.0, 3.0, float("nan")], [0.0, 5.0, 30.0]]))

    found = preprocessing(torch.tensor([[1.0, 5.0, float("nan")], [0.0, 3.0, 30.0]]))

    deviation = np.std([1.0, 3.0, 5.0])
    # Numbers, the flag of the one where values are missing, the categories.
    np.testing.assert_allclose(found[0], [2.0 / deviation, 0.0, 1.0, 0.0, 1.0], rtol=1e-6)
    np.testing.assert_allclose(found[1], [0.0, 1.0, 0.0, 1.0, 0.0], rtol=1e-6)
    assert preprocessing.inputs == found.shape[1] == 5


def test_a_column_that_never_changes_stays_at_zero():
    preprocessing = TablePreprocessing([0])
    preprocessing.fit(torch.full((7, 1), 0.1))

    assert preprocessing(torch.tensor([[0.1]])).tolist() == [[0.0]]
    assert torch.isfinite(preprocessing(torch.tensor([[5.0]]))).all()


def test_statistics_travel_with_the_weights():
    fitted = TablePreprocessing([0, 0])
    fitted.fit(torch.tensor([[1.0, 2.0], [3.0, 8.0]]))
    loaded = TablePreprocessing([0, 0])

    loaded.load_state_dict(fitted.state_dict())

    assert torch.equal(loaded(torch.tensor([[9.0, 9.0]])), fitted(torch.tensor([[9.0, 9.0]])))


@given(arrays.arrays(np.uint8, (2, 3, 4, 3)))
def test_pictures_become_standardised_channels_first(raw):
    mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

    found = PicturePreprocessing(mean, deviation)(torch.from_numpy(raw)).numpy()

    expected = ((raw / 255.0 - np.array(mean)) / np.array(deviation)).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
