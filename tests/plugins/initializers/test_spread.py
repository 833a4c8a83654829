"""Sample moments of what initializers draw, within 4 standard errors of the formula, over several shapes."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from desktop_app.errors import PluginError
from desktop_app.registry import Registry

# Shape, fan_in, fan_out: linear, convolution, grouped convolution (in/groups), of one and of three dimensions.
SHAPES = [
    ((300, 200), 200, 300),
    ((64, 32, 3, 3), 288, 576),
    ((96, 1, 5, 5), 25, 2400),
    ((40, 60, 7), 420, 280),
    ((24, 20, 3, 3, 3), 540, 648),
]
VARIANCES: list[tuple[str, dict[str, Any], Any]] = [
    ("xavier", {}, lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
    ("he", {}, lambda fan_in, fan_out: 2 / fan_in),
    ("he", {"negative_slope": 0.5}, lambda fan_in, fan_out: 2 / (1.25 * fan_in)),
    ("lecun", {}, lambda fan_in, fan_out: 1 / fan_in),
]
# Fourth moments of unit variance: normal 3, uniform 9/5; the truncated normal's is 3 - 2 * 4 * 0.1079819 / 0.9544997
# (phi(2) and P(|z| < 2)) over its squared variance, worked out in `truncated_kurtosis`.
WIDTHS = {"uniform": math.sqrt(3.0), "truncated": 2.0 / 0.87962566103423978, "normal": math.inf}


def truncated_kurtosis() -> float:
    density = math.exp(-2.0) / math.sqrt(2.0 * math.pi)
    inside = math.erf(2.0 / math.sqrt(2.0))
    second = 1.0 - 4.0 * density / inside
    fourth = 3.0 * second - 2.0 * 2.0**3 * density / inside
    return fourth / second**2


KURTOSIS = {"normal": 3.0, "uniform": 1.8, "truncated": truncated_kurtosis()}


@pytest.mark.parametrize("distribution", ["normal", "uniform", "truncated"])
@pytest.mark.parametrize(("name", "hyper", "variance"), VARIANCES, ids=[f"{n}{h or ''}" for n, h, _ in VARIANCES])
@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), SHAPES, ids=[str(shape) for shape, _, _ in SHAPES])
def test_moments_are_those_of_the_formula(
    registry: Registry, shape, fan_in: int, fan_out: int, name: str, hyper, variance, distribution: str
) -> None:
    torch.manual_seed(11)
    weight = torch.empty(shape, dtype=torch.float64)
    registry.initializers[name].apply(weight, distribution=distribution, **hyper)
    unit = (weight / math.sqrt(variance(fan_in, fan_out))).flatten()
    count = unit.numel()

    assert abs(unit.mean().item()) < 4 / math.sqrt(count)
    assert abs(unit.square().mean().item() - 1) < 4 * math.sqrt((KURTOSIS[distribution] - 1) / count)
    fourth = unit.pow(4).mean().item()
    assert abs(fourth - KURTOSIS[distribution]) < 4 * unit.pow(4).std().item() / math.sqrt(count)
    assert unit.abs().max().item() <= WIDTHS[distribution] * (1 + 1e-9)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Linear(7, 5),
        nn.Conv1d(4, 6, 3),
        nn.Conv2d(4, 6, (2, 5)),
        nn.Conv2d(8, 8, 3, groups=8),
        nn.Conv3d(2, 3, 2),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_the_normal_and_uniform_forms_draw_what_torchs_own_functions_draw(registry: Registry, layer: nn.Module) -> None:
    slope = {"a": 0.2, "nonlinearity": "leaky_relu"}
    for ours, hyper, theirs in (
        ("xavier", {"distribution": "normal"}, nn.init.xavier_normal_),
        ("xavier", {"distribution": "uniform"}, nn.init.xavier_uniform_),
        ("he", {"distribution": "normal"}, lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu")),
        ("he", {"distribution": "uniform"}, lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu")),
        ("he", {"negative_slope": 0.2}, lambda weight: nn.init.kaiming_normal_(weight, **slope)),
    ):
        weight, expected = torch.empty_like(layer.weight), torch.empty_like(layer.weight)
        torch.manual_seed(2)
        registry.initializers[ours].apply(weight, **hyper)
        torch.manual_seed(2)
        theirs(expected)

        torch.testing.assert_close(weight, expected, rtol=1e-6, atol=0)


def test_a_grouped_convolutions_units_are_fed_by_their_own_group_alone(registry: Registry) -> None:
    # Ones in, so that each unit's output is the sum of what it is drawn with: 16 channels / 4 groups x 9 places.
    torch.manual_seed(5)
    layer = nn.Conv2d(16, 4096, 3, groups=4, bias=False)
    registry.initializers["he"].apply(layer.weight)
    with torch.no_grad():
        outputs = layer(torch.ones(1, 16, 3, 3)).flatten()

    assert abs(outputs.square().mean().item() - 2) < 4 * 2 * math.sqrt(2 / 4096)


def test_the_truncated_form_is_cut_off_where_a_wider_normal_is_two_deviations_out(registry: Registry) -> None:
    weight = torch.empty(500, 400, dtype=torch.float64)
    torch.manual_seed(9)
    registry.initializers["he"].apply(weight, distribution="truncated")
    wider = math.sqrt(2 / 400) / 0.87962566103423978

    assert 1.99 * wider < weight.abs().max().item() <= 2 * wider
    # Within one deviation of the wider one lie 0.6827 / 0.9545 of all; a normal of the right spread has fewer there.
    inside, share = (weight.abs() < wider).double().mean().item(), 0.6826894921 / 0.9544997361
    assert abs(inside - share) < 4 * math.sqrt(share * (1 - share) / weight.numel())


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (16, 4, 3, 3)])
def test_orthogonal_keeps_lengths_times_the_gain(registry: Registry, shape: tuple[int, ...]) -> None:
    weight = torch.empty(shape, dtype=torch.float64)
    registry.initializers["orthogonal"].apply(weight, gain=1.5)
    matrix = weight.flatten(1)
    if matrix.shape[0] > matrix.shape[1]:
        matrix = matrix.T

    torch.testing.assert_close(matrix @ matrix.T, 2.25 * torch.eye(len(matrix), dtype=torch.float64))


def test_orthogonal_fills_half_precision_too(registry: Registry) -> None:
    weight = torch.empty(8, 8, dtype=torch.bfloat16)
    registry.initializers["orthogonal"].apply(weight)

    torch.testing.assert_close(weight.float() @ weight.float().T, torch.eye(8), atol=0.03, rtol=0)


@pytest.mark.parametrize("name", ["xavier", "he", "lecun", "orthogonal"])
@settings(deadline=None, max_examples=30)
@given(shape=st.lists(st.integers(1, 6), min_size=2, max_size=4), seed=st.integers(0, 2**31))
def test_the_same_seed_draws_the_same_weights(registry: Registry, name: str, shape: list[int], seed: int) -> None:
    drawn = []
    for _ in range(2):
        torch.manual_seed(seed)
        weight = torch.full(shape, torch.nan)
        registry.initializers[name].apply(weight)
        drawn.append(weight)

    assert torch.equal(*drawn)
    assert drawn[0].isfinite().all()


@pytest.mark.parametrize("name", ["xavier", "he", "lecun", "orthogonal"])
def test_a_bias_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(PluginError, match=r"a weight of shape \[7\].*two dimensions are needed"):
        registry.initializers[name].apply(torch.empty(7))


def test_an_unknown_distribution_is_refused_with_the_choices(registry: Registry) -> None:
    with pytest.raises(PluginError, match="distribution must be one of normal, uniform, truncated, got 'gaussian'"):
        registry.initializers["he"].apply(torch.empty(2, 2), distribution="gaussian")
