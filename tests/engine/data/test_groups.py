"""What belongs together stays on one side, and the shares are kept as well as that allows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.api import Samples
from desktop_app.engine.data.groups import groups_of, split_groups
from desktop_app.engine.data.split import split_samples
from desktop_app.errors import DataError, ExperimentError

shares = st.tuples(st.floats(0.0, 0.5), st.floats(0.0, 0.4))
seeds = st.integers(0, 2**32 - 1)
# Groups of one class each (an animal), as (class, size), and groups that hold several (a patient).
animals = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=8, max_size=60)
patients = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 3)), min_size=20, max_size=120)


def files(names, labels=None, groups=()):
    labels = np.arange(len(names)) % 2 if labels is None else np.asarray(labels)
    return Samples("files", list(names), labels.astype(np.int64), ("cat", "dog"), names=list(names), groups=groups)


def split_of(samples, groups, shares, seed):
    try:
        return split_groups(samples, groups, True, *shares, seed)
    except ExperimentError:  # nothing would be left to validate on
        return None


@given(patients, shares, seeds)
def test_no_group_is_on_two_sides_and_every_class_is_trained_on(pairs, shares, seed):
    groups, labels = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))

    parts = split_of(labels, groups, shares, seed)

    if parts is not None:
        assert parts.shape == labels.shape
        assert all(len(np.unique(parts[groups == group])) == 1 for group in np.unique(groups))
        assert set(labels[parts == 0]) == set(labels)
        assert (shares[0] > 0) == bool((parts == 1).any())
        assert shares[1] > 0 or not (parts == 2).any()


@given(animals, shares, seeds)
def test_shares_of_each_class_are_kept_to_within_its_largest_group(sizes, shares, seed):
    labels = np.concatenate([np.full(size, label) for label, size in sizes])
    groups = np.concatenate([np.full(size, place) for place, (_, size) in enumerate(sizes)])

    parts = split_of(labels, groups, shares, seed)

    for label in set(labels.tolist()) if parts is not None else ():
        largest = max(size for other, size in sizes if other == label)
        count = int((labels == label).sum())
        for part, share in ((1, shares[0]), (2, shares[1])):
            assert abs(int((parts[labels == label] == part).sum()) - share * count) <= largest


@given(animals, shares, seeds)
def test_the_same_seed_gives_the_same_sides(sizes, shares, seed):
    labels = np.concatenate([np.full(size, label) for label, size in sizes])
    groups = np.concatenate([np.full(size, place) for place, (_, size) in enumerate(sizes)])

    one, other = split_of(labels, groups, shares, seed), split_of(labels, groups, shares, seed)

    assert np.array_equal(one, other) if one is not None else other is None


def test_another_seed_takes_other_groups_and_the_shares_come_close():
    labels = np.repeat(np.arange(2), 500)
    groups = np.arange(1000) // 5

    splits = [split_groups(labels, groups, True, 0.2, 0.1, seed) for seed in range(5)]

    assert len({parts.tobytes() for parts in splits}) == 5
    for parts in splits:
        assert [int((parts == part).sum()) for part in range(3)] == [700, 200, 100]
        assert int((labels[parts == 1] == 0).sum()) == 100


def test_a_pattern_takes_its_first_parenthesis_and_the_rest_stands_alone():
    samples = files(["cat/tom_1.jpg", "cat/tom_2.jpg", "dog/rex_1.jpg", "dog/readme.jpg", "cat/other.jpg"])

    numbers = groups_of(samples, r"^(.*)_\d+\.")

    assert numbers[0] == numbers[1]
    assert len(set(numbers.tolist())) == 4
    assert groups_of(samples, "") is None
    assert groups_of(samples, "cat|dog").tolist()[:3] == [0, 0, 1]


def test_a_column_that_the_source_gave_is_taken_as_it_is():
    samples = files("abcd", groups=["x", "", "x", ""])

    numbers = groups_of(samples, "bird (id")

    assert numbers[0] == numbers[2]
    assert len(set(numbers.tolist())) == 3


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [("(", r'data\.group: "\(" is no regular expression'), ("zebra", r"neither a column nor found in any name")],
)
def test_a_pattern_that_is_none_or_finds_nothing_is_refused(pattern, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        groups_of(files(["a_1.jpg", "a_2.jpg"]), pattern)


def test_one_group_of_everything_leaves_nothing_to_validate_on():
    with pytest.raises(ExperimentError, match=r"data\.group: the 4 samples fall into 1 group, which leaves nothing"):
        split_samples(files(["x/1", "x/2", "x/3", "x/4"]), 0.2, 0.0, 0, "^x")


def test_a_class_in_a_single_group_is_trained_on():
    names = [f"cat/a{place}" for place in range(20)] + [f"dog/{place}" for place in range(5)]

    split = split_samples(files(names, [0] * 20 + [1] * 5), 0.4, 0.2, 3, "^dog|a.*")

    assert set(range(20, 25)) <= set(split.training.tolist())


def test_a_source_with_a_split_of_its_own_keeps_it_beside_groups():
    names = [f"{place // 4}/{place}" for place in range(24)]
    samples = Samples(
        "files", names, np.arange(24) % 2, ("a", "b"), validation=[1, 0], test=[2, 3], names=names, groups=()
    )

    split = split_samples(samples, 0.5, 0.5, 0, r"^\d+/")

    assert (split.validation.tolist(), split.test.tolist()) == ([0, 1], [2, 3])
    with pytest.raises(DataError, match="no samples to train on"):
        split_samples(
            Samples("files", names[:2], np.arange(2), ("a", "b"), validation=[0], test=[1], names=names[:2]), 0.2, 0, 0
        )
