"""The temperature that validation samples ask for, and the probability below which an answer is not sure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.export.calibration import BOUNDS, WANTED, calibrate, fit_temperature, not_sure_below
from desktop_app.inference.metadata import Calibration

CONFIDENCES = st.lists(st.tuples(st.sampled_from([0.3, 0.5, 0.5001, 0.7, 0.9, 1.0]), st.booleans()), max_size=60)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def drawn(samples, classes=4, seed=0):
    """Return logits and labels that are drawn by the very probabilities that the logits say."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(scale=2.0, size=(samples, classes))
    labels = np.array([generator.choice(classes, p=each) for each in softmax(logits)])
    return logits, labels


class TestTemperature:
    @pytest.mark.parametrize("overconfidence", [0.25, 1.0, 3.0, 20.0])
    def test_finds_by_how_much_logits_are_too_large(self, overconfidence):
        logits, labels = drawn(4000)

        assert fit_temperature(logits * overconfidence, labels) == pytest.approx(overconfidence, rel=0.05)

    @pytest.mark.parametrize("samples", [1, 2, 20, 300])
    @pytest.mark.parametrize("classes", [2, 10])
    def test_all_right_is_believed_as_far_as_the_rule_of_succession_goes(self, samples, classes):
        labels = np.arange(samples) % classes
        logits = np.eye(classes)[labels] * 8.0

        temperature = fit_temperature(logits, labels)

        found = softmax(logits / temperature)[np.arange(samples), labels]
        assert found == pytest.approx((samples + 1) / (samples + 2), abs=1e-3)

    def test_is_that_of_the_softened_likelihood_by_hand(self):
        # Two of three right, two classes, all margins 1: softened by 4/5, a share of 2/3 * 4/5 + 1/3 * 1/5 = 3/5.
        logits = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])

        temperature = fit_temperature(logits, np.array([0, 0, 1]))

        assert temperature == pytest.approx(1 / np.log(1.5), rel=1e-3)  # sigmoid(1/T) = 3/5

    def test_does_not_leave_its_bounds_where_everything_is_wrong_or_nothing_differs(self):
        labels = np.zeros(30, dtype=np.int64)
        wrong = np.tile([0.0, 5.0], (30, 1))

        assert fit_temperature(wrong, labels) == pytest.approx(BOUNDS[1], rel=1e-3)
        assert BOUNDS[0] <= fit_temperature(np.zeros((30, 2)), labels) <= BOUNDS[1]

    @given(st.integers(0, 1000), st.integers(1, 40), st.floats(0.01, 100))
    def test_changes_no_label_and_has_four_digits(self, seed, samples, scale):
        logits, labels = drawn(samples, seed=seed)

        temperature = fit_temperature(logits * scale, labels)

        assert BOUNDS[0] <= temperature <= BOUNDS[1]
        assert temperature == float(f"{temperature:.4g}")
        assert np.array_equal((logits * scale / temperature).argmax(axis=1), logits.argmax(axis=1))

    @given(st.integers(0, 1000), st.permutations(range(25)))
    def test_does_not_depend_on_the_order_of_the_samples(self, seed, order):
        logits, labels = drawn(25, seed=seed)

        assert fit_temperature(logits[order], labels[order]) == pytest.approx(fit_temperature(logits, labels), rel=2e-3)

    def test_huge_logits_overflow_nothing(self):
        labels = np.arange(40) % 4
        logits = np.eye(4)[(labels + (labels == 1)) % 4] * 1e4

        assert BOUNDS[0] <= fit_temperature(logits, labels) <= BOUNDS[1]


class TestThreshold:
    def test_lies_midway_below_the_last_answer_that_counts(self):
        confidences = np.array([0.9, 0.8, 0.7, 0.6])

        assert not_sure_below(confidences, np.array([True, True, False, True])) == pytest.approx(0.75)

    def test_is_0_where_enough_of_all_answers_are_right(self):
        assert not_sure_below(np.linspace(0.3, 0.99, 20), np.ones(20, dtype=bool)) == 0.0
        assert not_sure_below(np.linspace(0.3, 0.99, 20), np.arange(20) > 0) == 0.0  # 19 of 20

    def test_is_1_where_even_the_most_certain_answers_are_not(self):
        assert not_sure_below(np.array([0.99, 0.9, 0.8]), np.array([False, True, True])) == 1.0
        assert not_sure_below(np.array([0.5]), np.array([False])) == 1.0

    def test_puts_answers_of_equal_probability_on_one_side(self):
        confidences = np.array([0.9, 0.8, 0.8, 0.8])

        assert not_sure_below(confidences, np.array([True, True, True, False])) == pytest.approx(0.85)

    def test_goes_below_a_wrong_answer_that_enough_right_ones_outweigh(self):
        confidences = np.linspace(0.99, 0.5, 50)
        right = np.ones(50, dtype=bool)
        right[[0, 45, 46, 47, 48, 49]] = False

        found = not_sure_below(confidences, right)

        assert confidences[46] < found < confidences[45]  # 44 of 46, and not 44 of 47

    def test_of_no_answers_is_0(self):
        assert not_sure_below(np.array([]), np.array([], dtype=bool)) == 0.0

    @given(CONFIDENCES)
    def test_keeps_its_promise_and_is_the_lowest_that_does(self, answers):
        confidences = np.array([confidence for confidence, _ in answers])
        right = np.array([is_right for _, is_right in answers], dtype=bool)

        found = not_sure_below(confidences, right)

        assert 0.0 <= found <= 1.0
        sure = confidences >= found
        if found < 1.0 and sure.any():
            assert right[sure].mean() >= WANTED
        for lower in confidences[confidences < found]:
            assert right[confidences >= lower].mean() < WANTED


class TestCalibration:
    def test_has_both_and_the_threshold_is_of_calibrated_probabilities(self):
        logits, labels = drawn(2000)

        once, again = calibrate(logits, labels), calibrate(logits * 5, labels)

        assert again.temperature == pytest.approx(once.temperature * 5, rel=1e-3)
        assert again.not_sure == pytest.approx(once.not_sure, abs=1e-2)
        probabilities = softmax(logits / once.temperature)
        sure = probabilities.max(axis=1) >= once.not_sure
        assert (probabilities.argmax(axis=1) == labels)[sure].mean() >= WANTED

    def test_what_is_more_likely_wrong_than_right_is_never_sure(self):
        labels = np.arange(200) % 4
        logits = np.eye(4)[labels] * 0.2  # all right, and hardly sure of it

        found = calibrate(logits, labels)

        assert not_sure_below(softmax(logits / found.temperature).max(axis=1), np.ones(200, dtype=bool)) == 0.0
        assert found.not_sure == 0.5

    def test_learns_nothing_from_no_samples_and_from_what_is_not_finite(self):
        assert calibrate(np.zeros((0, 3)), np.zeros(0, dtype=np.int64)) == Calibration(1.0, 0.0)
        assert calibrate(np.array([[np.nan, 1.0]]), np.array([0])) == Calibration(1.0, 0.0)
