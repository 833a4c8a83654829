"""The loss that weights learn from: numbers worked out by hand, for both kinds of classifiers."""

from math import log

import pytest
import torch

from desktop_app.engine.networks.answers import Answers
from desktop_app.engine.training_loss import TrainingLoss, dominant

# Probabilities of 1/2, 1/4 and 1/4.
LOGITS = torch.tensor([[log(2.0), 0.0, 0.0]])
# Probabilities of 1/4 and 3/4.
TWO_CLASSES = torch.tensor([[log(3.0)]])


def gradient(loss, logits, targets):
    logits = logits.clone().requires_grad_(True)
    loss(logits, targets).backward()
    return logits.grad[0].tolist()


def test_smoothing_spreads_a_share_of_the_target_over_all_classes():
    loss = TrainingLoss(Answers("softmax"), smoothing=0.3)

    # Targets of 0.8, 0.1 and 0.1: 0.8 ln 2 + 2 * 0.1 * ln 4 = 1.2 ln 2.
    assert loss(LOGITS, torch.tensor([0])).item() == pytest.approx(1.2 * log(2.0))
    # Probability less target, of both signs.
    assert gradient(loss, LOGITS, torch.tensor([0])) == pytest.approx([0.5 - 0.8, 0.25 - 0.1, 0.25 - 0.1])


def test_weights_count_each_class_as_often_and_leave_the_number_of_samples_as_it_is():
    loss = TrainingLoss(Answers("softmax"), weights=torch.tensor([0.5, 3.0, 1.0]))

    # (0.5 ln 2 + 3 ln 4) / 2 samples; divided by the sum of weights it would be less.
    assert loss(LOGITS.expand(2, 3), torch.tensor([0, 1])).item() == pytest.approx(6.5 * log(2.0) / 2)
    assert gradient(loss, LOGITS, torch.tensor([1])) == pytest.approx([3 * 0.5, 3 * (0.25 - 1.0), 3 * 0.25])


def test_smoothing_and_weights_go_together():
    loss = TrainingLoss(Answers("softmax"), smoothing=0.3, weights=torch.tensor([1.0, 2.0, 4.0]))

    # 1 * 0.8 * ln 2 + 2 * 0.1 * ln 4 + 4 * 0.1 * ln 4
    assert loss(LOGITS, torch.tensor([0])).item() == pytest.approx(2.0 * log(2.0))


def test_two_classes_of_a_sigmoid_are_smoothed_and_weighted_alike():
    smooth = TrainingLoss(Answers("sigmoid"), smoothing=0.2)
    weighted = TrainingLoss(Answers("sigmoid"), smoothing=0.2, weights=torch.tensor([2.0, 0.5]))
    one = torch.tensor([1])

    assert smooth(TWO_CLASSES, one).item() == pytest.approx(0.9 * log(4 / 3) + 0.1 * log(4))
    assert weighted(TWO_CLASSES, one).item() == pytest.approx(0.5 * 0.9 * log(4 / 3) + 2 * 0.1 * log(4))
    assert gradient(smooth, TWO_CLASSES, one) == pytest.approx([0.75 - 0.9])
    assert gradient(smooth, TWO_CLASSES, torch.tensor([0])) == pytest.approx([0.75 - 0.1])


@pytest.mark.parametrize(
    ("output", "logits", "classes"), [("softmax", LOGITS.expand(2, 3), 3), ("sigmoid", TWO_CLASSES.expand(2, 1), 2)]
)
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("weigh", [False, True])
def test_shares_of_one_class_alone_are_that_class(output, logits, classes, smoothing, weigh):
    weights = torch.tensor([0.5, 2.0, 1.0])[:classes] if weigh else None
    loss = TrainingLoss(Answers(output), smoothing, weights)
    targets = torch.tensor([0, 1])

    shares = torch.nn.functional.one_hot(targets, classes).float()

    assert loss(logits, shares).item() == pytest.approx(loss(logits, targets).item(), rel=1e-6)


def test_the_loss_of_a_mixed_sample_is_mixed_alike():
    loss = TrainingLoss(Answers("softmax"))

    # 0.25 ln 2 + 0.75 ln 4
    assert loss(LOGITS, torch.tensor([[0.25, 0.75, 0.0]])).item() == pytest.approx(1.75 * log(2.0))


def test_without_either_it_is_the_answers_own_loss_to_the_bit():
    logits, targets = torch.randn(7, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 2, 0, 1, 2, 0])

    assert torch.equal(TrainingLoss(Answers("softmax"))(logits, targets), Answers("softmax").loss(logits, targets))


def test_a_mixed_sample_is_counted_as_its_larger_part():
    assert dominant(torch.tensor([[0.7, 0.3], [0.2, 0.8]])).tolist() == [0, 1]
    assert dominant(torch.tensor([1, 0])).tolist() == [1, 0]
