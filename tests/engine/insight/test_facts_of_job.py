"""What a diagnosis knows of a job before its first step."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from without_float64 import WithoutFloat64

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.insight.facts_of_job import constant_cross_entropy, facts_of
from desktop_app.engine.prepare import prepare

COUNTS = st.lists(st.integers(1, 1000), min_size=2, max_size=6)


def test_answering_the_shares_of_the_training_split_costs_their_cross_entropy():
    # Shares of 3/4 and 1/4, asked for half and half.
    assert constant_cross_entropy((30, 10), (5, 5)) == pytest.approx(-(math.log(0.75) + math.log(0.25)) / 2)


def test_a_class_that_nobody_trained_on_costs_much_and_not_infinitely_much():
    assert constant_cross_entropy((10, 0), (0, 4)) == pytest.approx(math.log(20))


@given(COUNTS)
def test_no_other_constant_answer_costs_less_than_the_shares_themselves(counts):
    shares = np.array(counts) / sum(counts)
    even = np.full(len(counts), 1 / len(counts))

    found = constant_cross_entropy(tuple(counts), tuple(counts))

    assert found == pytest.approx(-(shares * np.log(shares)).sum())
    assert found <= -(shares * np.log(even)).sum() + 1e-9


def test_a_regression_is_compared_with_the_training_mean(all_plugins, tmp_path):
    path = tmp_path / "numbers.csv"
    values = [(row * 37 % 101) / 7 for row in range(120)]
    path.write_text("a,y\n" + "\n".join(f"{row % 9},{value}" for row, value in enumerate(values)))
    content = {
        "data": {"source": "table", "path": str(path), "target": "y"},
        "model": {"kind": "mlp", "layers": [4], "normalization": "none"},
    }

    job = prepare(Experiment.from_dict(content), all_plugins)
    # Not every device has float64.
    facts = facts_of(replace(job, targets=job.targets.as_subclass(WithoutFloat64)))

    training = np.array(values, dtype=np.float32)[job.split.training]
    validation = np.array(values, dtype=np.float32)[job.split.validation]
    expected = (((validation - training.mean()) / training.std()) ** 2).mean()
    assert facts.constant_loss == pytest.approx(expected, rel=1e-5)
    assert facts.training_counts == ()
    assert facts.learning_batch_norm is False


def test_norms_of_a_frozen_backbone_do_not_learn(all_plugins, experiment_of):
    with_norm = facts_of(prepare(experiment_of("transfer"), all_plugins))
    without = facts_of(prepare(experiment_of("transfer", model__normalization="none"), all_plugins))

    assert (with_norm.learning_batch_norm, without.learning_batch_norm) == (True, False)
    assert any(layer.name.startswith("blocks.") for layer in without.layers)
