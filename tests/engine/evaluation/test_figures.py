"""The figures of an evaluation: numbers worked out by hand, and cases in which there is next to nothing to count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from desktop_app.engine.evaluation.evaluating import Evaluation
from desktop_app.engine.evaluation.intervals import accuracy_interval
from desktop_app.engine.evaluation.predictions import Predictions


def predictions(targets, answers, classes=("a", "b", "c"), part="validation"):
    kind = np.int64 if classes else np.float32
    names = tuple(f"{place}.png" for place in range(len(targets)))
    width = max(len(classes), 1)
    answers = np.asarray(answers, dtype=np.float32).reshape(len(targets), width)
    return Predictions(part, names, classes, np.asarray(targets, dtype=kind), answers)


# Six samples of three classes: a a b b c c; the second a is taken for b, the first c for a.
TARGETS = [0, 0, 1, 1, 2, 2]
ANSWERS = [
    [0.92, 0.05, 0.03],
    [0.30, 0.62, 0.08],
    [0.05, 0.85, 0.10],
    [0.10, 0.82, 0.08],
    [0.75, 0.05, 0.20],
    [0.10, 0.18, 0.72],
]


class TestThreeClasses:
    found = Evaluation(predictions(TARGETS, ANSWERS))

    def test_confusion_counts_true_classes_in_rows(self):
        assert self.found.confusion == ((1, 1, 0), (0, 2, 0), (1, 0, 1))
        assert self.found.accuracy == pytest.approx(4 / 6)

    def test_precision_recall_and_f1_are_those_worked_out_by_hand(self):
        a, b, c = self.found.per_class

        assert (a.precision, a.recall, a.f1) == pytest.approx((1 / 2, 1 / 2, 1 / 2))
        assert (b.precision, b.recall, b.f1) == pytest.approx((2 / 3, 1.0, 4 / 5))
        assert (c.precision, c.recall, c.f1) == pytest.approx((1.0, 1 / 2, 2 / 3))
        assert [(each.samples, each.taken) for each in (a, b, c)] == [(2, 2), (2, 3), (2, 1)]
        assert self.found.macro.precision == pytest.approx((1 / 2 + 2 / 3 + 1) / 3)
        assert self.found.macro.f1 == pytest.approx((1 / 2 + 4 / 5 + 2 / 3) / 3)

    def test_calibration_weighs_the_distance_of_each_bin(self):
        # Up to 0.7: 0.62 wrong; up to 0.8: 0.75 wrong, 0.72 right; up to 0.9: 0.85, 0.82 right; up to 1: 0.92 right.
        found = self.found.calibration

        assert found.samples == (1, 2, 2, 1)
        assert found.right == (0.0, 0.5, 1.0, 1.0)
        expected = (0.62 * 1 + (0.735 - 0.5) * 2 + (1.0 - 0.835) * 2 + (1.0 - 0.92) * 1) / 6
        assert found.expected_error == pytest.approx(expected, abs=1e-6)

    def test_areas_under_the_curves_count_pairs(self):
        # Class a: its 0.92 and 0.30 against 0.05, 0.10, 0.75, 0.10: seven of eight pairs in order.
        curve = self.found.curves.classes[0]

        assert curve.roc_auc == pytest.approx(7 / 8)
        # Ranked 0.92 (a), 0.75, 0.30 (a): precision 1 at the first, 2/3 at the second, each worth half of the recall.
        assert curve.average_precision == pytest.approx(1 / 2 * 1 + 1 / 2 * 2 / 3)
        assert self.found.curves.left_out == ()

    def test_mistakes_begin_with_the_most_confident(self):
        assert self.found.mistakes == (4, 1)

    def test_one_sentence_says_what_to_expect(self):
        # Wilson for 4 of 6: (4 + 1.92) / (6 + 3.84) -/+ ..., 0.30 to 0.90.
        assert self.found.sentence == "Expect 30 to 90 of 100 right; most often confused: a and b."


def test_the_interval_is_wilsons():
    z = 1.959963984540054
    right, total = 45, 50
    share = right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total))

    assert accuracy_interval(right, total) == pytest.approx((middle - half, middle + half))
    assert accuracy_interval(0, 0) == (0.0, 1.0)
    assert accuracy_interval(10, 10)[1] == 1.0
    assert accuracy_interval(10, 10)[0] == pytest.approx(10 / (10 + z * z))


class TestRegression:
    found = Evaluation(predictions([1.0, 2.0, 3.0, 4.0], [[1.5], [2.0], [2.0], [4.5]], classes=()))

    def test_errors_are_those_worked_out_by_hand(self):
        assert self.found.mean_absolute_error == pytest.approx((0.5 + 0 + 1 + 0.5) / 4)
        assert self.found.regression.root_mean_squared_error == pytest.approx(np.sqrt((0.25 + 0 + 1 + 0.25) / 4))
        assert self.found.r2 == pytest.approx(1 - 1.5 / 5.0)
        assert self.found.mistakes[0] == 2
        assert self.found.sentence == "Expect answers to be off by 0.5 on average (R² 0.70)."

    def test_has_none_of_the_figures_of_classes(self):
        assert (self.found.accuracy, self.found.interval, self.found.confusion, self.found.per_class) == (
            None,
            None,
            (),
            (),
        )
        assert self.found.calibration is self.found.curves is self.found.macro is None

    def test_leaves_out_what_is_no_number_and_says_so(self):
        found = Evaluation(predictions([1.0, 2.0], [[np.nan], [2.5]], classes=()))

        assert found.mean_absolute_error == pytest.approx(0.5)
        assert found.r2 is None
        assert "1 of 2 answers are no numbers and are left out" in found.remarks[0]
        assert Evaluation(predictions([1.0], [[np.inf]], classes=())).sentence.startswith("None of the answers")


def everything_of(found):
    shown = (found.accuracy, found.interval, found.confusion, found.per_class, found.macro, found.calibration)
    return (*shown, found.curves, found.mistakes, found.regression, found.sentence, found.remarks)


class TestNextToNothing:
    def test_a_class_without_samples_is_named_and_has_no_curve(self):
        found = Evaluation(predictions([0, 0, 1], [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1]]))

        everything_of(found)
        assert found.curves.left_out == ("c",)
        assert found.per_class[2].samples == 0
        assert any("no samples of c" in remark for remark in found.remarks)
        assert found.macro.recall == pytest.approx((0.5 + 1.0) / 2)

    def test_samples_of_one_class_alone_say_so(self):
        found = Evaluation(predictions([1, 1], [[0.1, 0.8, 0.1], [0.6, 0.3, 0.1]]))

        everything_of(found)
        assert (found.curves.classes, found.curves.average) == ((), None)
        assert any("All of these are b" in remark for remark in found.remarks)

    def test_answers_that_are_no_numbers_count_as_wrong(self):
        found = Evaluation(predictions([0, 1, 2], [[np.nan] * 3, [0.1, 0.8, 0.1], [0.2, 0.2, np.inf]]))

        everything_of(found)
        assert found.accuracy == pytest.approx(1 / 3)
        assert found.mistakes == ()
        assert np.sum(found.confusion) == 1
        assert any("2 of 3 answers are no numbers" in remark for remark in found.remarks)
        none = Evaluation(predictions([0], [[np.nan] * 3]))
        everything_of(none)
        assert none.sentence == "None of the answers is a number: the training diverged."

    def test_no_samples_at_all(self):
        found = Evaluation(predictions([], []))

        everything_of(found)
        assert found.accuracy is None
        assert found.sentence == "There are no samples to judge by."

    def test_samples_that_were_trained_on_promise_nothing(self):
        found = Evaluation(predictions([0], [[0.8, 0.1, 0.1]], part="training"))

        assert "trained on" in found.sentence
        assert "Expect" not in found.sentence


def test_two_classes_have_mirrored_curves():
    found = Evaluation(
        predictions([0, 0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]], classes=("no", "yes"))
    )

    no, yes = found.curves.classes
    assert (no.roc_auc, yes.roc_auc) == pytest.approx((1.0, 1.0))
    assert found.confusion == ((1, 1), (0, 2))


@given(
    st.integers(2, 6).flatmap(
        lambda classes: st.integers(0, 25).flatmap(
            lambda samples: st.tuples(
                arrays.arrays(np.int64, samples, elements=st.integers(0, classes - 1)),
                arrays.arrays(
                    np.float32,
                    (samples, classes),
                    elements=st.floats(0, 1, width=32) | st.just(float(np.float32("nan"))),
                ),
            )
        )
    )
)
def test_whatever_the_answers_are_the_figures_agree_with_one_another(drawn):
    targets, answers = drawn
    classes = tuple("abcdef"[: answers.shape[1]])
    found = Evaluation(predictions(targets, answers, classes))

    everything_of(found)
    confusion = np.array(found.confusion)
    assert confusion.sum() == found.predictions.usable.sum()
    assert (
        np.trace(confusion)
        == found.predictions.right.sum()
        == found.samples - len(found.mistakes) - (~found.predictions.usable).sum()
    )
    low, high = found.interval
    assert 0.0 <= low <= (found.accuracy or 0.0) <= high <= 1.0 or not found.samples
    for figures in found.per_class:
        assert 0.0 <= figures.precision <= 1.0
        assert 0.0 <= figures.recall <= 1.0
    if found.calibration:
        assert 0.0 <= found.calibration.expected_error <= 1.0
        assert sum(found.calibration.samples) == found.predictions.usable.sum()
