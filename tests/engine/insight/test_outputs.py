"""Bounds of activations, found by asking them."""

import pytest
import torch
from torch import nn

from desktop_app.engine.insight.outputs import Bounds, dead_share


@pytest.mark.parametrize(
    ("activation", "low", "high"),
    [(nn.Sigmoid(), 0.0, 1.0), (nn.Tanh(), -1.0, 1.0), (nn.Hardtanh(), -1.0, 1.0), (nn.ReLU6(), 0.0, 6.0)],
)
def test_activations_that_are_bounded_on_both_sides(activation, low, high):
    found = Bounds.of(activation)

    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high))


@pytest.mark.parametrize(
    "activation",
    [nn.ReLU(), nn.ELU(), nn.GELU(), nn.SiLU(), nn.Softplus(), nn.PReLU(), nn.Identity(), nn.GLU(), nn.Hardswish()],
)
def test_activations_that_are_not(activation):
    assert Bounds.of(activation) is None


def test_where_a_unit_rests_it_is_not_saturated():
    resting = Bounds.of(nn.ReLU6())

    assert float(resting.saturated(torch.tensor([0.0, 0.0, 3.0, 6.0]))) == 0.25
    assert float(Bounds.of(nn.Tanh()).saturated(torch.tensor([0.0, -1.0, 0.97, 1.0]))) == 0.5


def test_one_that_cannot_be_asked_or_keeps_count_is_left_as_it_is():
    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("asked", torch.zeros(()))

        def forward(self, inputs):
            self.asked += 1
            return inputs.sigmoid()

    class Refusing(nn.Module):
        def forward(self, inputs):
            raise RuntimeError("only pictures")

    counting = Counting()

    assert Bounds.of(counting) is not None
    assert float(counting.asked) == 0.0
    assert Bounds.of(Refusing()) is None


def test_one_sample_says_nothing_of_dead_units():
    assert dead_share(torch.zeros(1, 4), channels_last=False) is None
