"""Numbers become probabilities in one way, whatever comes with them in a batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from desktop_app.inference.raw_values import as_answers

ROWS = arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(2, 5)), elements=st.floats(-80, 80, width=32))


@given(ROWS)
def test_logits_become_probabilities_that_keep_their_order(rows):
    found = as_answers(rows, "logits")
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.take_along_axis(found, rows.argmax(axis=1)[:, None], 1)[:, 0] == found.max(axis=1)).all()


@given(ROWS)
def test_a_row_of_probabilities_is_known_by_its_sum_whatever_is_beside_it(rows):
    probabilities = as_answers(rows, "logits")
    np.testing.assert_array_equal(as_answers(probabilities, "by their sum"), probabilities)
    mixed = np.concatenate([rows + 3, probabilities])  # at least one number above 1 or a sum that is none
    np.testing.assert_array_equal(as_answers(mixed, "by their sum")[len(rows) :], probabilities)


def test_of_logits_the_graph_leaves_open_softmax_is_taken():
    found = as_answers(np.array([[2.0, 0.0], [0.9, 0.9]]), "by their sum")
    np.testing.assert_allclose(found, [[0.8807971, 0.1192029], [0.5, 0.5]], atol=1e-6)


def test_one_number_becomes_two_and_never_overflows():
    assert as_answers(np.array([[0.25]]), "one probability").tolist() == [[0.75, 0.25]]
    assert as_answers(np.array([[1000.0], [-1000.0]]), "logits").tolist() == [[0, 1], [1, 0]]
    with np.errstate(over="raise", invalid="raise"):
        assert as_answers(np.array([[1e4, -1e4]]), "logits").tolist() == [[1, 0]]


def test_sides_of_length_one_are_left_out_and_what_is_no_number_stays_none():
    assert as_answers(np.zeros((2, 3, 1, 1)), "logits").shape == (2, 3)
    assert np.isnan(as_answers(np.array([[np.nan, 1.0]]), "logits")).all()
    assert as_answers(np.array([[7.5]]), "prediction").tolist() == [[7.5]]


@pytest.mark.parametrize("meaning", ["logits", "probabilities", "by their sum"])
def test_nothing_stays_nothing(meaning):
    assert len(as_answers(np.zeros((0, 3)), meaning)) == 0
