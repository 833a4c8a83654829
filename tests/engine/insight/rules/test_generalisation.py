"""What curves made by hand say: nothing learned, too little, or by heart; and what they do not say."""

import numpy as np
import pytest
from evidence_by_hand import evidence_by_hand
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.insight.rules.generalisation import constant_predictor, overfitting, underfitting

TEN_EVEN = {"training_counts": (80,) * 10, "validation_counts": (20,) * 10, "constant_loss": 2.303}


def curves(training, validation, training_accuracy=None, accuracy=None, experiment=None, **facts):
    series = {"epoch_train_loss": training, "val_loss": validation}
    if accuracy is not None:
        series |= {"train_accuracy": training_accuracy or accuracy, "val_accuracy": accuracy}
    return evidence_by_hand(series, experiment, **{"constant_loss": 1.0, **facts})


def guessing(loss=2.303, accuracy=0.1, training=2.31, **more):
    return curves([training] * 5, [loss] * 5, accuracy=[accuracy] * 5, **{**TEN_EVEN, **more})


def test_a_loss_and_accuracy_of_a_guess_are_an_error():
    (found,) = constant_predictor(guessing())

    assert (found.code, found.severity) == ("constant_predictor", "error")
    assert "its loss of 2.303 is that of always answering with the classes' shares (2.303)" in found.message
    assert "10 % of its answers are right, where the largest class is 10 % of all" in found.message
    assert found.exhibits[0].series == ("epoch_train_loss", "val_loss")


@pytest.mark.parametrize(
    "evidence",
    [
        guessing(loss=2.2),  # below 97 % of 2.303
        guessing(training=2.2),  # it learns its samples, if by heart
        guessing(accuracy=0.15),  # more than two standard deviations of 0.021 above a tenth
        guessing(constant_loss=None),
    ],
    ids=["validation", "training", "accuracy", "unknown"],
)
def test_a_little_better_than_a_guess_is_no_constant_predictor(evidence):
    assert not list(constant_predictor(evidence))


def test_weights_that_decay_takes_leave_a_constant_even_where_a_hair_still_tells_classes_apart():
    decayed = {"training.optimizer": {"name": "sgd", "weight_decay": 0.5}}

    assert list(constant_predictor(guessing(accuracy=0.3, experiment=decayed)))
    assert not list(constant_predictor(guessing(accuracy=0.3, loss=2.2, experiment=decayed)))


def test_a_network_that_finds_rare_classes_at_the_cost_of_accuracy_is_no_constant_predictor():
    def found(rare):
        counts = {"training_counts": (180, 20), "validation_counts": (90, 10), "constant_loss": 0.325}
        series = {"epoch_train_loss": [0.4] * 5, "val_loss": [0.4] * 5, "val_accuracy": [0.85] * 5}
        recalls = {"recall.0": [0.9] * 5, "recall.1": [rare] * 5}
        return list(constant_predictor(evidence_by_hand(series | recalls, **counts)))

    assert found(0.0)
    assert not found(1.0)


def test_a_regression_that_answers_the_mean_is_told_so():
    (found,) = constant_predictor(curves([1.0] * 4, [0.98] * 4))

    assert "that of always answering with the mean (1.000)" in found.message


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ({}, {}),
        ({"model.layers": []}, {"model.layers": [64, 64]}),
        (
            {"training.optimizer": {"name": "sgd", "weight_decay": 0.5}},
            {"training.optimizer.weight_decay": 0.0001},
        ),
    ],
)
def test_the_way_out_of_constancy_is_offered_where_the_experiment_has_it(settings, changes):
    (found,) = constant_predictor(guessing(experiment=settings))

    assert found.changes == changes
    assert bool(found.button) is bool(changes)


def by_heart(end=0.6, lowest=0.5, training_end=0.05, **more):
    training = list(np.linspace(1.0, training_end, 20))
    validation = [*np.linspace(1.0, lowest, 6), *np.linspace(lowest, end, 12), end, end]
    return curves(training, validation, **more)


def test_a_validation_loss_that_rises_while_the_training_loss_falls_is_learning_by_heart():
    (found,) = overfitting(by_heart())

    assert found.severity == "warning"
    assert "since epoch 6 of 20 the validation loss has risen from 0.500 to 0.600" in found.message
    assert (found.changes["training.epochs"], found.button) == (6, "Train for 6 epochs")
    assert found.exhibits[0].first_step == 6


@pytest.mark.parametrize(
    "evidence",
    [
        by_heart(end=0.54),  # 8 % above the lowest
        by_heart(lowest=0.02, end=0.04, training_end=0.001),  # doubled, but by 2 % of what there was to learn
        by_heart(training_end=0.55),  # both lie together
    ],
    ids=["little", "next to nothing", "together"],
)
def test_a_small_rise_is_no_learning_by_heart(evidence):
    assert not list(overfitting(evidence))


@pytest.mark.parametrize(("validation", "is_found"), [(0.24, False), (0.29, True)])
def test_a_wide_gap_is_learning_by_heart_even_where_nothing_rises(validation, is_found):
    found = list(overfitting(curves([1.0, 0.5, *[0.01] * 8], [1.0, 0.7, *[validation] * 8])))

    assert bool(found) is is_found
    assert not found or not found[0].changes


@given(
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=30),
    st.floats(0.9, 1.1),
)
def test_a_validation_loss_that_goes_with_the_training_loss_is_never_learning_by_heart(losses, factor):
    assert not list(overfitting(curves(losses, [loss * factor for loss in losses])))


def poor(loss=0.4, experiment=None, end=None, **more):
    course = [1.0, 0.6, *[loss] * 10, end or loss]
    return curves(course, course, experiment=experiment, **more)


@pytest.mark.parametrize(
    ("settings", "said", "changes"),
    [
        ({"model.layers": [32, 1]}, "its narrowest layer has one unit", {"model.layers": [64, 64]}),
        ({"model.dropout": 0.8}, "a dropout of 0.8 leaves it hardly anything", {"model.dropout": 0.1}),
        (
            {"training.optimizer": {"name": "adamw", "weight_decay": 0.01, "decay": "independent"}},
            "a weight decay of 0.01 draws its weights to zero",
            {"training.optimizer.weight_decay": 0.0001},
        ),
    ],
)
def test_a_poor_fit_is_told_with_what_holds_the_network_back(settings, said, changes):
    (found,) = underfitting(poor(experiment=settings))

    assert (found.code, found.severity, found.changes) == ("underfitting", "warning", changes)
    assert said in found.message
    assert "its loss of 0.400 is 40 % of what an answer without looking would have (1.000)" in found.message
    assert found.button


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"model.layers": [32, 3]},
        {"model.dropout": 0.6},
        {"training.optimizer": {"name": "adamw", "weight_decay": 0.01}},
        {"training.optimizer": {"name": "adamw", "weight_decay": 0.004, "decay": "independent"}},
        {"training.optimizer": {"name": "sgd", "weight_decay": 0.04}},
    ],
)
def test_a_loss_that_stays_high_with_nothing_that_holds_the_network_back_is_no_ill(settings):
    assert not list(underfitting(poor(experiment=settings)))


def test_a_layer_must_be_as_wide_as_its_classes_less_one():
    def found(width):
        return list(underfitting(guessing(loss=1.2, training=1.2, accuracy=0.5, experiment={"model.layers": [width]})))

    assert "8 units to tell 10 classes apart" in found(8)[0].message
    assert not found(9)


@pytest.mark.parametrize(("settings", "is_found"), [({}, False), ({"model.layers": [2]}, True)])
def test_a_network_that_is_held_back_learns_nothing_by_heart(settings, is_found):
    course = [1.0, 0.6, *[0.5] * 10]
    apart = curves(course, [loss + 0.2 for loss in course], experiment=settings)

    assert bool(list(underfitting(apart))) is is_found


def test_a_good_fit_needs_no_room():
    assert not list(underfitting(poor(0.19, experiment={"model.layers": [1]})))


def test_a_training_that_ended_while_it_still_gained_is_trained_longer():
    falling = [1.0 - 0.04 * epoch for epoch in range(12)]

    (found,) = underfitting(curves(falling, falling, experiment={"training.epochs": 12}))

    assert "fell by 18 % over the last quarter" in found.message  # from 0.68 to 0.56
    assert found.changes == {"training.epochs": 36}
    lower = [loss - 0.15 for loss in falling]
    assert not list(underfitting(curves(lower, lower)))  # 45 % left: most is learned
    level = [*falling[:9], *[0.68] * 3]
    assert not list(underfitting(curves(falling, level)))  # the validation gains nothing more


def test_a_training_that_has_hardly_begun_to_fall_when_it_ends_is_trained_longer():
    def found(course):
        return list(underfitting(curves(course, course)))

    assert found([1.0, 0.98, 0.96, 0.94])  # 2 % in the last epoch, as in all
    assert not found([1.0, 0.98, 0.96, 0.955])  # a third of the pace


def test_a_training_under_way_is_not_told_that_it_ended_too_early():
    falling = [1.0 - 0.04 * epoch for epoch in range(12)]
    live = evidence_by_hand({"epoch_train_loss": falling, "val_loss": falling}, status="running", constant_loss=1.0)

    assert not list(underfitting(live))


def test_two_epochs_say_nothing():
    for rule in (constant_predictor, overfitting, underfitting):
        assert not list(rule(curves([1.0, 1.0], [1.0, 3.0], experiment={"model.layers": [1]})))


def test_a_loss_that_is_not_finite_is_left_to_others():
    for rule in (constant_predictor, overfitting, underfitting):
        assert not list(rule(curves([1.0, 1.0, np.nan, np.nan], [1.0, np.inf, 3.0, 3.0])))
