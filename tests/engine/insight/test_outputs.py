"""Bounds of activations, found by asking them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from torch import nn

from desktop_app.engine.insight.outputs import Bounds, dead_share, mean_and_std


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


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_dead_channels_are_counted_however_pictures_lie_in_memory(layout):
    values = torch.rand(4, 6, 5, 3, generator=torch.Generator().manual_seed(0))
    values[:, 1] = 0.0
    values[:, 4] = -2.5
    values[:2, 5] = 1.0  # the same in half of the samples only

    found = dead_share(values.contiguous(memory_format=layout), channels_last=False)

    assert float(found) == pytest.approx(2 / 6)


def test_dead_features_of_vectors_and_of_places():
    values = torch.rand(4, 7, 5, generator=torch.Generator().manual_seed(0))
    values[..., 3] = 1.0

    assert float(dead_share(values, channels_last=True)) == pytest.approx(1 / 5)
    assert float(dead_share(values[:, 0], channels_last=False)) == pytest.approx(1 / 5)


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=2, max_dims=4, max_side=6),
        elements=st.floats(-(2.0**99), 2.0**99, width=32, allow_subnormal=False),
    )
)
def test_mean_and_standard_deviation_are_those_of_all_elements(values):
    mean, std = mean_and_std(torch.from_numpy(values))

    wide = values.astype(np.float64)
    # Sums in float32 are right to so much of the largest element, whatever cancels.
    right_to = 1e-5 * float(np.abs(wide).max()) + 1e-30
    assert float(mean) == pytest.approx(wide.mean(), abs=right_to)
    assert float(std) == pytest.approx(wide.std(), abs=right_to)


def test_outputs_that_are_all_the_same_have_no_spread_and_those_that_are_not_finite_have_none_to_tell():
    mean, std = mean_and_std(torch.full((3, 4), 7.0))
    assert (float(mean), float(std)) == (7.0, 0.0)

    assert not torch.isfinite(mean_and_std(torch.tensor([[1.0, float("inf")], [0.0, 1.0]]))[1])
