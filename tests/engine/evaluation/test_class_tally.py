"""Recalls and contradicted sure answers, by numbers worked out by hand, and over a real run."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.evaluation.class_tally import ClassTally
from desktop_app.engine.networks.answers import Answers


def tally(output, classes, *batches):
    found = ClassTally(classes, torch.device("cpu"))
    for logits, targets in batches:
        found.add(Answers(output), torch.tensor(logits), torch.tensor(targets))
    return found, found.counts().tolist()


def test_recall_is_counted_a_class_over_all_batches():
    # Answers 0, 1, 1 and then 0: of class 0 one of two is right, of class 1 both, class 2 is not there.
    first = ([[2.0, 0.0, -9.0], [0.0, 1.0, -9.0], [0.0, 3.0, -9.0]], [0, 1, 1])
    found, counts = tally("softmax", 3, first, ([[1.0, 0.5, -9.0]], [0]))
    assert found.recall(counts) == (1.0, 1.0, None)

    found, counts = tally("softmax", 3, first, ([[0.0, 0.5, -9.0]], [0]))
    assert found.recall(counts) == (0.5, 1.0, None)
    assert found.accuracy(counts) == 0.75


def test_the_surer_half_is_that_of_the_larger_margins():
    # Margins 4, 1, 3 and 0.5; the answers of margins 3 and 0.5 are wrong.
    found, counts = tally("softmax", 2, ([[4.0, 0.0], [0.0, 1.0], [3.0, 0.0], [0.5, 0.0]], [0, 1, 1, 1]))

    assert found.accuracy(counts) == 0.5
    assert found.surest_errors(counts) == (0.5, 0.0)  # of the margins 4 and 3, and of the margin 4


def test_one_unit_for_two_classes_is_as_sure_as_it_is_far_from_zero():
    found, counts = tally("sigmoid", 2, ([[-4.0], [1.0], [3.0], [-0.5]], [0, 1, 0, 1]))

    assert found.recall(counts) == (0.5, 0.5)
    assert found.surest_errors(counts) == (0.5, 0.0)


@pytest.mark.parametrize("samples", [1, 3])
def test_so_few_samples_have_no_quarter_to_be_surest_of(samples):
    found, counts = tally("softmax", 2, ([[4.0, 0.0]] * samples, [0] * samples))

    assert found.surest_errors(counts) == ()


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 1)), min_size=4, max_size=40))
def test_the_surest_parts_are_those_of_a_sort(samples):
    logits, targets = np.array([each[0] for each in samples], dtype=np.float32), [each[1] for each in samples]
    found, counts = tally("sigmoid", 2, ([[float(each)] for each in logits], targets))
    sureness = np.sort(np.abs(logits))[::-1]
    wrong = ((logits > 0) != np.array(targets, dtype=bool))[np.argsort(-np.abs(logits), kind="stable")]
    for part, share in zip((len(samples) // 2, len(samples) // 4), found.surest_errors(counts), strict=True):
        if sureness[part - 1] != sureness[part]:  # which of two that are equally sure is taken is not said
            assert share == pytest.approx(wrong[:part].mean())


def test_a_run_records_what_its_last_network_says(finished):
    run = finished("mlp")
    accuracy = run.series("val_accuracy")[1]
    recalls = np.array([run.series(f"recall.{place}")[1] for place in range(10)])
    facts = run.files.read_json(run.files.facts)

    assert recalls.shape == (10, 3)
    assert facts["classes"] == list(run.classes)
    counts = np.array(facts["validation_counts"])
    assert np.allclose(counts @ recalls / counts.sum(), accuracy)
    assert (run.series("surest_error")[1] <= 2 * (1 - accuracy) + 1e-9).all()
    validated = counts.sum()
    contradicted = run.series("surest_quarter_error")[1] * (validated // 4)
    assert (contradicted <= run.series("surest_error")[1] * (validated // 2) + 1e-9).all()
