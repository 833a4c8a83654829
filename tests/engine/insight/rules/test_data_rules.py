"""What is told of labels, rare classes, copies and small validations, by numbers made by hand."""

import pytest
from evidence_by_hand import evidence_by_hand

from desktop_app.engine.insight.rules.data import class_imbalance, data_leak, label_noise, small_validation

EVEN = {"training_counts": (400, 400), "validation_samples": 200, "validation_counts": (100, 100)}


def contradicted(
    surest=0.18, accuracy=0.8, training=0.84, recall=(0.8, 0.8), quarter=None, experiment=None, losses=None, **facts
):
    losses = losses or [0.6, 0.5, 0.5, 0.5]
    surer = {} if quarter is None else {"surest_quarter_error": [quarter] * 4}
    return evidence_by_hand(
        {
            "epoch_train_loss": losses,
            "val_loss": losses,
            "train_accuracy": [training] * 4,
            "val_accuracy": [accuracy] * 4,
            "surest_error": [surest] * 4,
            "recall.0": [recall[0]] * 4,
            "recall.1": [recall[1]] * 4,
            **surer,
        },
        experiment,
        **{**EVEN, **facts},
    )


def test_sure_answers_that_are_contradicted_as_often_as_all_are_mean_wrong_labels():
    (found,) = label_noise(contradicted())

    assert (found.code, found.severity) == ("label_noise", "warning")
    assert "surest of, 18 % are labelled otherwise, not much fewer than of all of them (20 %)" in found.message
    assert not found.changes


def test_a_surest_quarter_that_is_contradicted_as_often_as_the_half_means_wrong_labels():
    (found,) = label_noise(contradicted(surest=0.11, quarter=0.09))

    assert "surest_quarter_error" in found.exhibits[0].series


def test_a_network_a_little_narrower_than_its_classes_can_tell_wrong_labels():
    assert list(label_noise(contradicted(experiment={"model.layers": [8]})))


@pytest.mark.parametrize(
    "evidence",
    [
        contradicted(surest=0.11),  # 55 % as often
        contradicted(surest=0.11, quarter=0.07),  # 35 % as often among the surest of all
        contradicted(surest=0.05, accuracy=0.95),  # 5 of 100: the interval begins at 2 %
        contradicted(surest=0.42, accuracy=0.55, training=0.56),  # a tenth better than a guess
        contradicted(training=0.97),  # known by heart
        contradicted(recall=(0.35, 0.95)),  # one class is hard
        contradicted(experiment={"model.layers": [64, 1]}),
        contradicted(experiment={"model.dropout": 0.8}),
        contradicted(experiment={"training.batch_size": 2}, learning_batch_norm=True),
        contradicted(losses=[0.65, 0.6, 0.55, 0.5]),  # still on its way
        contradicted(losses=[0.9, 0.7, 0.7, 0.7], constant_loss=0.69),
    ],
    ids=[
        "doubtful ones",
        "fewer and fewer",
        "few",
        "a guess",
        "by heart",
        "one class",
        "narrow",
        "dropout",
        "batch norm of two",
        "unfinished",
        "worse than a guess",
    ],
)
def test_mistakes_of_other_kinds_are_no_wrong_labels(evidence):
    assert not list(label_noise(evidence))


def test_without_what_an_older_version_did_not_record_nothing_is_said():
    older = evidence_by_hand({"epoch_train_loss": [1.0] * 5, "val_loss": [1.0] * 5, "val_accuracy": [0.8] * 5})

    for rule in (label_noise, class_imbalance, small_validation, data_leak):
        assert not list(rule(older))


def rare(recall=0.1, count=30, balance="none", validated=10, trained=0.9):
    return evidence_by_hand(
        {
            "epoch_train_loss": [1.0] * 6,
            "train_accuracy": [trained] * 6,
            "val_accuracy": [0.85] * 6,
            "recall.0": [0.9] * 6,
            "recall.1": [0.9] * 6,
            "recall.2": [recall] * 6,
        },
        {"data.balance": balance},
        classes=("cat", "dog", "owl"),
        training_counts=(300, 300, count),
        validation_counts=(75, 75, validated),
    )


def test_a_rare_class_that_is_hardly_found_is_named():
    (found,) = class_imbalance(rare())

    assert '"owl" (30 samples, 10 % found), where a class has 210 samples on average' in found.message
    assert found.changes == {"data.balance": "sampler"}
    assert found.exhibits[0].series == ("recall.2",)


def test_a_rare_class_that_is_known_by_heart_is_not_cured_by_drawing_it_more():
    (found,) = class_imbalance(rare(trained=0.96))

    assert not found.changes
    assert not found.button
    assert "Collect more samples" in found.advice


@pytest.mark.parametrize(
    "evidence",
    [rare(recall=0.25), rare(count=150), rare(balance="sampler"), rare(validated=1)],
    ids=["found", "not rare", "made up for", "one sample"],
)
def test_a_class_that_is_found_or_not_rare_is_no_ill(evidence):
    assert not list(class_imbalance(evidence))


def judged(total, right, share=0.2, samples=1000):
    return evidence_by_hand(
        {"val_accuracy": [right / total]},
        {"data.validation": share},
        training_samples=samples - total,
        training_counts=((samples - total) // 2,) * 2,
        validation_samples=total,
        validation_counts=(total // 2, total - total // 2),
    )


def test_an_accuracy_that_may_be_anything_is_told_with_its_interval():
    (found,) = small_validation(judged(20, 18, share=0.02))

    # Wilson: (18 + 1.92) / 23.84 = 0.8355, give or take 1.96 / 23.84 * sqrt(20 * 0.9 * 0.1 + 0.96) = 0.1365
    assert "an accuracy of 90 % may be anything from 70 % to 97 %" in found.message
    assert found.changes == {"data.validation": 0.2}


@pytest.mark.parametrize(("total", "is_found"), [(33, True), (40, False)])
def test_the_interval_must_be_wide(total, is_found):
    assert bool(list(small_validation(judged(total, round(0.9 * total))))) is is_found


def test_where_no_share_is_enough_more_samples_are_asked_for():
    (found,) = small_validation(judged(10, 8, samples=50))

    assert not found.changes
    assert "Collect more samples" in found.advice


def test_few_samples_that_were_all_named_rightly_promise_nothing():
    (found,) = small_validation(judged(12, 12, samples=60))

    assert not found.changes  # 24 samples, all right, would have 14 points; at 90 % they have 24


def test_nothing_kept_apart_is_told():
    (found,) = small_validation(
        evidence_by_hand({}, {"data.validation": 0.0}, training_samples=150, training_counts=(75, 75))
    )

    assert "Nothing is kept apart" in found.message
    assert found.changes == {"data.validation": 0.3}  # 30 samples at 90 %: 22 points; 45: 18 points


@pytest.mark.parametrize(("count", "is_found"), [(24, True), (25, False)])
def test_a_regression_is_judged_by_the_number_of_samples(count, is_found):
    evidence = evidence_by_hand({}, training_samples=200, validation_samples=count)

    assert bool(list(small_validation(evidence))) is is_found


@pytest.mark.parametrize(("share", "is_found"), [(None, False), (0.04, False), (0.06, True)])
def test_copies_on_both_sides_are_an_error(share, is_found):
    found = list(data_leak(evidence_by_hand({}, validation_copies=share)))

    assert [each.severity for each in found] == ["error"] * is_found
    assert not is_found or "6 % of the validation samples are trained on as well" in found[0].message
