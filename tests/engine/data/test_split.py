"""The split: stratified, seeded, disjoint, covering, and the same on every machine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.api import Samples, Table
from desktop_app.engine.data.split import split_labels, split_samples
from desktop_app.errors import DataError

labels_of_classes = st.lists(st.integers(0, 4), min_size=1, max_size=120).map(
    lambda labels: np.array(labels, dtype=np.int64)
)
shares = st.tuples(st.floats(0.0, 0.9), st.floats(0.0, 0.9)).filter(lambda pair: sum(pair) < 1.0)
seeds = st.integers(0, 2**32 - 1)


def samples(labels, validation=None):
    labels = np.asarray(labels)
    values = np.zeros((len(labels), 1), dtype=np.float32)
    classes = tuple("abcde"[: int(labels.max()) + 1]) if labels.dtype.kind == "i" else ()
    return Samples("table", Table(("x",), values), labels, classes, validation=validation)


@given(labels_of_classes, shares, seeds, st.booleans())
def test_every_sample_is_in_exactly_one_part(labels, shares, seed, by_class):
    split = split_labels(labels, by_class, *shares, seed)

    together = np.concatenate([split.training, split.validation, split.test])
    assert sorted(together.tolist()) == list(range(len(labels)))
    for part in (split.training, split.validation, split.test):
        assert (np.diff(part) > 0).all()


@given(labels_of_classes, shares, seeds)
def test_classes_keep_their_shares_to_within_one_sample(labels, shares, seed):
    split = split_labels(labels, True, *shares, seed)

    for label in np.unique(labels):
        count = int((labels == label).sum())
        validated, tested, trained = (
            int((labels[part] == label).sum()) for part in (split.validation, split.test, split.training)
        )
        assert trained >= 1
        assert abs(validated - count * shares[0]) <= 1
        if validated + tested < count - 1:  # where the share of the test is not cut short by the last one to train on
            assert abs(tested - count * shares[1]) <= 1
        if shares[0] > 0 and count >= 2:
            assert validated >= 1
        if shares[0] == 0:
            assert validated == 0


@given(labels_of_classes, shares, seeds)
def test_the_same_seed_gives_the_same_split(labels, shares, seed):
    one, other = split_labels(labels, True, *shares, seed), split_labels(labels, True, *shares, seed)

    assert np.array_equal(one.training, other.training)
    assert np.array_equal(one.validation, other.validation)
    assert np.array_equal(one.test, other.test)


def test_the_split_is_this_one_on_every_machine_and_version():
    split = split_labels(np.arange(24) % 2, True, 0.25, 0.25, 7)

    # Drawn by NumPy's PCG64, whose ``permutation`` is stable across platforms and, by its policy, versions.
    assert split.validation.tolist() == [8, 12, 13, 15, 20, 21]
    assert split.test.tolist() == [0, 1, 2, 6, 17, 23]


def test_another_seed_gives_another_split():
    labels = np.arange(100) % 2

    assert (
        split_labels(labels, True, 0.2, 0.0, 0).validation.tolist()
        != split_labels(labels, True, 0.2, 0.0, 1).validation.tolist()
    )


def test_a_sources_own_validation_samples_are_taken_as_they_are():
    split = split_samples(samples([0, 1] * 10, validation=[18, 3]), 0.5, 0.2, 0)

    assert split.validation.tolist() == [3, 18]
    assert len(split.test) == 4
    assert sorted([*split.training, *split.validation, *split.test]) == list(range(20))


def test_numbers_are_split_at_random_without_regard_to_their_values():
    split = split_samples(samples(np.linspace(0, 1, 50, dtype=np.float32)), 0.2, 0.1, 0)

    assert (len(split.training), len(split.validation), len(split.test)) == (35, 10, 5)


@pytest.mark.parametrize(("labels", "validation"), [([0, 1], [0, 1]), ([0, 0, 1], [2])])
def test_nothing_left_to_tell_apart_is_said(labels, validation):
    with pytest.raises(DataError, match=r"no samples to train on|All samples to train on are of one class"):
        split_samples(samples(labels, validation=validation), 0.2, 0.0, 0)
