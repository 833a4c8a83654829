"""Answers and losses against NumPy in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from desktop_app.engine.networks.answers import Answers

logits_of = st.tuples(st.integers(1, 12), st.integers(2, 5)).flatmap(
    lambda shape: arrays.arrays(np.float32, shape, elements=st.floats(-30, 30, width=32))
)


@given(logits_of, st.integers(0, 1000))
def test_softmax_gives_probabilities_and_cross_entropy_in_nats(logits, draw):
    targets = np.random.default_rng(draw).integers(0, logits.shape[1], len(logits))
    answers = Answers("softmax")

    exponents = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    probabilities = exponents / exponents.sum(axis=1, keepdims=True)

    np.testing.assert_allclose(answers(torch.from_numpy(logits)), probabilities, atol=1e-6)
    loss = -np.log(probabilities[np.arange(len(targets)), targets]).mean()
    assert answers.loss(torch.from_numpy(logits), torch.from_numpy(targets)).item() == pytest.approx(
        loss, rel=1e-4, abs=1e-5
    )
    right = (logits.argmax(axis=1) == targets).sum()
    assert answers.correct(torch.from_numpy(logits), torch.from_numpy(targets)).item() == right


@given(
    arrays.arrays(np.float32, st.tuples(st.integers(1, 12), st.just(1)), elements=st.floats(-30, 30, width=32)),
    st.integers(0, 1000),
)
def test_sigmoid_gives_both_classes_and_binary_cross_entropy(logits, draw):
    targets = np.random.default_rng(draw).integers(0, 2, len(logits))
    answers = Answers("sigmoid")

    values = logits[:, 0].astype(np.float64)
    second = 1.0 / (1.0 + np.exp(-values))
    loss = (np.logaddexp(0.0, values) - values * targets).mean()

    np.testing.assert_allclose(answers(torch.from_numpy(logits)), np.stack([1 - second, second], axis=1), atol=1e-6)
    assert answers.loss(torch.from_numpy(logits), torch.from_numpy(targets)).item() == pytest.approx(
        loss, rel=1e-4, abs=1e-6
    )
    assert (
        answers.correct(torch.from_numpy(logits), torch.from_numpy(targets)).item() == ((values > 0) == targets).sum()
    )


def test_a_number_comes_in_the_targets_unit_and_its_loss_in_squared_deviations():
    answers = Answers("number")
    answers.fit(torch.tensor([10.0, 20.0, 60.0]))
    deviation = np.std([10.0, 20.0, 60.0])
    logits = torch.tensor([[0.0], [1.0]])

    np.testing.assert_allclose(answers(logits), [[30.0], [30.0 + deviation]], rtol=1e-6)
    loss = np.mean([((30.0 - 33.0) / deviation) ** 2, ((30.0 + deviation - 20.0) / deviation) ** 2])
    assert answers.loss(logits, torch.tensor([33.0, 20.0])).item() == pytest.approx(loss, rel=1e-5)
    assert answers.correct(logits, torch.tensor([30.0, 60.0])).item() == 0


def test_targets_that_are_all_alike_keep_their_unit():
    answers = Answers("number")
    answers.fit(torch.tensor([7.0, 7.0]))

    assert answers(torch.tensor([[0.5]])).item() == 7.5


def test_reduced_precision_is_answered_in_float32():
    for output, width in (("softmax", 3), ("sigmoid", 1), ("number", 1)):
        assert Answers(output)(torch.zeros(2, width, dtype=torch.bfloat16)).dtype == torch.float32
