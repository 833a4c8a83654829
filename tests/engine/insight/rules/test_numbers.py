"""Overflows are found whatever became of them, and batch norm that sees too little."""

import math

import pytest
from evidence_by_hand import evidence_by_hand

from desktop_app.engine.insight.rules.numbers import non_finite, small_batch_norm

REASON = (
    "The loss is not finite any more at step 7, with a learning rate of 3. The first layer that is not finite is "
    '"b.2". The weights were kept as they were; try a learning rate ten times lower, or clip the gradient.'
)


def test_a_run_that_ended_by_it_names_step_and_layer():
    evidence = evidence_by_hand({"train_loss": [1.0] * 6}, {"training.optimizer.lr": 3.0}, (), "failed", REASON)

    (found,) = non_finite(evidence)

    assert (found.code, found.severity, found.layer) == ("non_finite", "error", "b.2")
    assert "step 7" in found.message
    assert "ended the training" in found.message
    assert found.changes == {"training.optimizer.lr": 0.001}
    assert found.exhibits[0].last_step == 7


def test_a_run_that_went_on_is_warned_and_says_how_often():
    events = [
        (20, "rolled_back", "The loss is not finite any more at step 23."),
        (30, "non_finite", 'the loss was not finite, first in "layers.2"'),
    ]

    (found,) = non_finite(evidence_by_hand({"train_loss": [1.0] * 50}, events=events))

    assert found.severity == "warning"
    assert "At step 20" in found.message
    assert "2 times" in found.message
    assert found.layer == "layers.2"


def test_a_gap_in_the_losses_is_enough():
    (found,) = non_finite(evidence_by_hand({"train_loss": [1.0, 2.0, math.nan, 1.0]}))

    assert "At step 3" in found.message


@pytest.mark.parametrize(
    "reason",
    [
        'The loss is not finite any more at step 1. The first layer that is not finite is "input".',
        "The loss is not finite any more at step 1. The batch itself (the input) holds values that are not finite.",
    ],
)
def test_samples_that_hold_nan_are_not_blamed_on_the_learning_rate(reason):

    (found,) = non_finite(evidence_by_hand({}, status="failed", reason=reason))

    assert found.changes == {}
    assert "samples" in found.message
    assert found.severity == "error"


def test_other_failures_and_finite_numbers_are_none():
    assert list(non_finite(evidence_by_hand({"train_loss": [1.0]}, status="failed", reason="No memory."))) == []
    assert list(non_finite(evidence_by_hand({"train_loss": [1.0, 1e300]}))) == []


@pytest.mark.parametrize(("batch", "severity"), [(2, "warning"), (3, "note"), (4, "note"), (5, None)])
def test_batch_norm_wants_more_than_a_few_samples(batch, severity):
    evidence = evidence_by_hand({}, {"training.batch_size": batch}, training_samples=100, learning_batch_norm=True)

    assert [each.severity for each in small_batch_norm(evidence)] == [severity] * (severity is not None)


def test_what_goes_through_at_once_is_what_counts():
    changes = {"training.batch_size": 64, "training.micro_batch": 2}

    (found,) = small_batch_norm(evidence_by_hand({}, changes, training_samples=100, learning_batch_norm=True))

    assert found.changes == {"training.micro_batch": 32}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [("mlp", {"model.normalization": "layer_norm"}), ("cnn", {"model.normalization": "group_norm"})],
)
def test_small_batches_are_left_as_they_are_and_given_another_norm(kind, changes):
    settings = {"training.batch_size": 2, "model.kind": kind}

    (found,) = small_batch_norm(evidence_by_hand({}, settings, training_samples=100, learning_batch_norm=True))

    assert found.changes == changes
    assert found.button


def test_a_network_without_a_learning_batch_norm_may_take_any_batch():
    small = {"training.batch_size": 2}

    assert not list(small_batch_norm(evidence_by_hand({}, small, training_samples=9, learning_batch_norm=False)))
    assert not list(small_batch_norm(evidence_by_hand({}, {**small, "model.normalization": "none"})))
    assert list(small_batch_norm(evidence_by_hand({}, small)))  # an older run, whose network has batch norm by default
