"""Rare classes: their weights, and how often their samples are drawn."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight
from without_float64 import WithoutFloat64

from desktop_app.engine.data.balance import balanced_places, class_weights

LABELS = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1, 1, 2])
labels_lists = st.lists(st.integers(0, 4), min_size=1, max_size=60).filter(lambda labels: len(set(labels)) > 1)


def test_a_class_weighs_the_inverse_of_its_share():
    # 10 samples, 3 classes present: 10 / (3 * 6), 10 / (3 * 3), 10 / (3 * 1); a fourth class has no sample.
    assert class_weights(LABELS, 4).tolist() == pytest.approx([10 / 18, 10 / 9, 10 / 3, 1.0])


def test_weights_are_worked_out_for_a_device_without_float64():
    assert class_weights(LABELS.as_subclass(WithoutFloat64), 4).tolist() == class_weights(LABELS, 4).tolist()


@given(labels_lists)
def test_weights_are_scikit_learns_and_1_on_average(labels):
    weights = class_weights(torch.tensor(labels), 5)

    theirs = compute_class_weight("balanced", classes=np.unique(labels), y=np.array(labels))
    assert weights[np.unique(labels)].tolist() == pytest.approx(theirs.tolist())
    assert weights[labels].mean().item() == pytest.approx(1.0)


def test_each_class_is_drawn_equally_often():
    places = torch.arange(100, 110)

    drawn = balanced_places(places, LABELS, (0, 0, 0)).tolist()

    assert len(drawn) == 10
    counts = torch.bincount(LABELS[torch.tensor(drawn) - 100]).tolist()
    assert sorted(counts) == [3, 3, 4]
    # The three or four of the first class are different ones, and each of the second is there.
    assert len({place for place in drawn if place < 106}) == counts[0]
    assert {106, 107, 108} <= set(drawn)


def test_other_samples_of_a_common_class_are_drawn_in_other_epochs():
    seen = {place for epoch in range(12) for place in balanced_places(torch.arange(10), LABELS, (0, 0, epoch)).tolist()}

    assert seen == set(range(10))


@given(labels_lists, st.integers(0, 2**32 - 1))
def test_the_draw_is_even_has_as_many_samples_as_before_and_follows_from_its_seed(labels, seed):
    labels = torch.tensor(labels)
    places = torch.arange(len(labels)) * 3

    drawn = balanced_places(places, labels, (seed, 0, 1))

    assert torch.equal(drawn, balanced_places(places, labels, (seed, 0, 1)))
    assert len(drawn) == len(places)
    counts = [int((labels[drawn // 3] == label).sum()) for label in torch.unique(labels)]
    assert max(counts) - min(counts) <= 1
    for label in torch.unique(labels):
        times = torch.bincount(drawn[labels[drawn // 3] == label], minlength=3 * len(labels))[places[labels == label]]
        assert times.max() - times.min() <= 1
