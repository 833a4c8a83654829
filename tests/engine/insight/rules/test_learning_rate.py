"""A learning rate is found too high or too low by what the losses do, and not where they are well."""

import numpy as np
import pytest
from evidence_by_hand import evidence_by_hand, layer_facts
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.insight.rules.learning_rate import learning_rate_too_high, learning_rate_too_low


def falling(steps=200, start=2.3, end=0.1, noise=0.1, seed=0):
    random = np.random.default_rng(seed)
    course = end + (start - end) * np.exp(-np.linspace(0, 5, steps))
    return list(course * np.exp(noise * random.standard_normal(steps)))


def rising_to(peak, end):
    return [2.3, 2.4, *[2.3 * peak] * 10, *[end] * 100]


def test_a_loss_that_leaps_far_above_its_start_is_an_error_with_a_tenth_as_the_way_out():
    (found,) = learning_rate_too_high(
        evidence_by_hand({"train_loss": rising_to(4.2, 1.0)}, {"training.optimizer.lr": 0.5})
    )

    assert (found.code, found.severity) == ("learning_rate_too_high", "error")
    assert "from 2.3 to 9.66" in found.message
    assert "0.5" in found.message
    assert found.changes == {"training.optimizer.lr": 0.001}  # Adam's own, which is lower than a tenth
    assert found.button == "Train with a learning rate of 0.001"
    assert found.exhibits[0].series == ("train_loss", "lr")


@pytest.mark.parametrize(("peak", "end", "is_found"), [(3.9, 1.0, False), (1.7, 2.0, True), (1.5, 2.0, False)])
def test_a_smaller_rise_counts_only_where_it_stays(peak, end, is_found):
    assert bool(list(learning_rate_too_high(evidence_by_hand({"train_loss": rising_to(peak, end)})))) is is_found


def test_an_answer_that_is_worse_than_a_constant_one_at_first_is_no_rise():
    series = {"train_loss": [0.4, *[1.9] * 100]}  # the first batch happened to be easy

    assert list(learning_rate_too_high(evidence_by_hand(series)))
    assert not list(learning_rate_too_high(evidence_by_hand(series, constant_loss=1.5)))


def test_a_loss_that_swings_from_epoch_to_epoch_is_found():
    losses = [2.3] * 80
    swinging = {"train_loss": losses, "epoch_train_loss": {10: 2.3, 20: 2.0, 30: 2.3, 40: 1.9, 50: 2.2}}
    still = {"train_loss": losses, "epoch_train_loss": {10: 2.3, 20: 2.2, 30: 2.1, 40: 2.05, 50: 2.2}}

    (found,) = learning_rate_too_high(evidence_by_hand(swinging))

    assert "swings between 1.9 and 2.3" in found.message
    assert list(learning_rate_too_high(evidence_by_hand(still))) == []


def test_a_loss_that_begins_at_zero_swings_by_no_part_of_it():
    series = {"train_loss": [0.0] * 80, "epoch_train_loss": {10: 0.0, 20: 0.1, 30: 0.0, 40: 0.1, 50: 0.0}}

    assert not any("swings" in found.message for found in learning_rate_too_high(evidence_by_hand(series)))


def test_weights_thrown_about_by_single_steps_are_found_where_nothing_is_learned():
    layers = layer_facts("a", "b")
    series = {"train_loss": [2.3] * 60, "update_ratio/a": {1: 0.5, 4: 0.01}, "update_ratio/b": {1: 0.2, 4: 0.01}}

    (found,) = learning_rate_too_high(evidence_by_hand(series, layers=layers, constant_loss=2.3))

    assert "35%" in found.message
    assert "update_ratio/a" in found.exhibits[0].series
    assert not list(learning_rate_too_high(evidence_by_hand({**series, "train_loss": falling()}, layers=layers)))


@pytest.mark.parametrize(
    ("largest", "end", "is_found"), [(1.1, 0.6, True), (1.1, 0.5, False), (0.9, 0.6, False), (0.9, 1.9, True)]
)
def test_steps_that_replace_the_weights_are_to_blame_for_a_loss_that_is_not_good(largest, end, is_found):
    series = {"train_loss": [2.3, *[end] * 60], "update_ratio/a": {1: largest, 4: 0.01}}
    evidence = evidence_by_hand(series, layers=layer_facts("a"), constant_loss=2.3)

    assert bool(list(learning_rate_too_high(evidence))) is is_found


def test_a_validation_that_batch_norm_spoils_counts_as_what_was_learned():
    series = {"train_loss": [2.3, *[0.5] * 60], "update_ratio/a": {1: 1.1}, "val_loss": {60: 2.0}}

    assert list(learning_rate_too_high(evidence_by_hand(series, layers=layer_facts("a"), constant_loss=2.3)))


def test_the_stage_that_is_ill_is_named_and_mended():
    losses = [*falling(100), 0.5, *[9.0] * 50]
    events = [(0, "stage", "feature extraction"), (100, "stage", "fine-tuning")]

    (found,) = learning_rate_too_high(
        evidence_by_hand({"train_loss": losses}, {"fine_tuning.optimizer": {"name": "adam", "lr": 0.2}}, events)
    )

    assert "in fine-tuning" in found.message
    assert found.changes == {"fine_tuning.optimizer.lr": 0.001}
    assert found.exhibits[0].first_step == 101


def test_a_rate_set_by_hand_is_the_one_that_is_blamed():
    series = {"train_loss": rising_to(5.0, 9.0), "lr": [0.001] * 5 + [0.02] * 107}

    (found,) = learning_rate_too_high(evidence_by_hand(series, events=[(6, "learning_rate", "0.02")]))

    assert "0.02" in found.message
    assert found.changes == {"training.optimizer.lr": 0.001}


def slow(fallen, moved, steps=200):
    losses = list(np.linspace(2.3, 2.3 * (1 - fallen), steps))
    return {"train_loss": losses, "update_ratio/a": {1: moved / steps, 50: moved / steps}}


def test_weights_that_hardly_moved_from_a_high_loss_want_ten_times_the_rate():
    evidence = evidence_by_hand(slow(0.1, 0.01), {"training.optimizer.lr": 0.0003}, layers=layer_facts("a"))

    (found,) = learning_rate_too_low(evidence)

    assert (found.severity, found.changes) == ("warning", {"training.optimizer.lr": 0.003})
    assert "at most 1% of their size" in found.message
    assert found.exhibits[0].series == ("train_loss", "update_ratio/a")


@pytest.mark.parametrize(("fallen", "moved", "steps"), [(0.6, 0.01, 200), (0.1, 0.11, 200), (0.1, 0.01, 99)])
def test_weights_that_moved_or_a_loss_that_fell_or_too_few_steps_say_nothing(fallen, moved, steps):
    evidence = evidence_by_hand(slow(fallen, moved, steps), layers=layer_facts("a"))

    assert list(learning_rate_too_low(evidence)) == []


def test_little_movement_is_well_where_most_answers_are_right_already():
    series = {**slow(0.1, 0.01), "train_accuracy": {100: 0.9, 200: 0.95}}

    assert list(learning_rate_too_low(evidence_by_hand(series, layers=layer_facts("a")))) == []


@pytest.mark.parametrize(("rate", "is_found"), [(1e-5, True), (2e-5, False)])
def test_without_instruments_the_optimizers_usual_rate_is_what_a_low_one_is_told_by(rate, is_found):
    evidence = evidence_by_hand({"train_loss": slow(0.1, 0)["train_loss"]}, {"training.optimizer.lr": rate})

    assert bool(list(learning_rate_too_low(evidence))) is is_found


@given(
    start=st.floats(0.5, 20), share=st.floats(0.001, 0.4), noise=st.floats(0, 0.25), seed=st.integers(0, 10**6),
    steps=st.integers(1, 400),
)  # fmt: skip
def test_losses_that_fall_in_whatever_manner_raise_no_alarm(start, share, noise, seed, steps):
    losses = falling(steps, start, start * share, noise, seed)
    epochs = {step: float(np.mean(losses[step - 20 : step])) for step in range(20, steps, 20)}
    evidence = evidence_by_hand(
        {"train_loss": [start, *losses], "epoch_train_loss": epochs, "update_ratio/a": [0.003] * steps},
        layers=layer_facts("a"),
    )

    assert list(learning_rate_too_high(evidence)) == []
    assert list(learning_rate_too_low(evidence)) == []
