"""Activations as curves: their numbers against closed forms and an independent quadrature."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from desktop_app.api import Activation, PluginError
from desktop_app.engine.learn.activation_curves import activation_curve, table_of
from desktop_app.engine.learn.gaussian import GaussianGrid
from desktop_app.registry import Registry


def quadrature(function: Any) -> float:
    """Integrate against a unit Gaussian by Gauss-Hermite, which shares nothing with the sums that are tested."""
    x, weights = np.polynomial.hermite_e.hermegauss(120)
    return float(weights @ function(x) / math.sqrt(2.0 * math.pi))


def registry_with(factory: Any) -> Registry:
    registry = Registry()
    registry.activations.add(Activation("mine", factory))
    return registry


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def test_relu_has_the_moments_of_half_a_gaussian(registry: Registry) -> None:
    curve = activation_curve(registry, "relu", {})
    assert curve.mean == pytest.approx(1.0 / math.sqrt(2.0 * math.pi), abs=1e-6)
    assert curve.second_moment == pytest.approx(0.5, abs=1e-6)
    assert curve.slope_second_moment == pytest.approx(0.5, abs=1e-9)
    assert curve.std == pytest.approx(math.sqrt(0.5 - 1.0 / (2.0 * math.pi)), abs=1e-6)


def test_half_of_relus_outputs_are_dead_and_it_says_so(registry: Registry) -> None:
    curve = activation_curve(registry, "relu", {})
    assert curve.dead == pytest.approx(0.5, abs=1e-9)
    assert curve.dead_spans == ((-math.inf, 0.0),)
    assert curve.atoms == ((0.0, pytest.approx(0.5, abs=1e-9)),)
    assert "half of a unit Gaussian's outputs are 0 and pass no gradient" in curve.in_words()


@pytest.mark.parametrize(
    ("name", "value", "slope"),
    [
        ("tanh", np.tanh, lambda x: 1.0 - np.tanh(x) ** 2),
        ("sigmoid", sigmoid, lambda x: sigmoid(x) * (1.0 - sigmoid(x))),
        ("silu", lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x)))),
    ],
)
def test_smooth_activations_agree_with_gauss_hermite(registry: Registry, name: str, value: Any, slope: Any) -> None:
    curve = activation_curve(registry, name, {})
    assert curve.mean == pytest.approx(quadrature(value), abs=1e-6)
    assert curve.second_moment == pytest.approx(quadrature(lambda x: value(x) ** 2), abs=1e-6)
    assert curve.slope_second_moment == pytest.approx(quadrature(lambda x: slope(x) ** 2), abs=1e-6)
    np.testing.assert_allclose(curve.value, value(curve.x), atol=1e-12)
    np.testing.assert_allclose(curve.slope, slope(curve.x), atol=1e-12)


def test_tanh_saturates_where_its_slope_falls_below_a_hundredth(registry: Registry) -> None:
    curve = activation_curve(registry, "tanh", {})
    edge = math.atanh(math.sqrt(0.99))
    (_, left), (right, end) = curve.saturated_spans
    assert (left, right) == (pytest.approx(-edge, abs=2e-3), pytest.approx(edge, abs=2e-3))
    assert end == math.inf
    assert curve.saturated == pytest.approx(math.erfc(edge / math.sqrt(2.0)), abs=1e-4)
    assert curve.dead == 0.0


def test_a_turning_point_is_no_saturation(registry: Registry) -> None:
    curve = activation_curve(registry, "gelu", {})
    assert all(low == -math.inf or high == math.inf for low, high in curve.saturated_spans)


def test_hyper_parameters_are_taken(registry: Registry) -> None:
    curve = activation_curve(registry, "leaky_relu", {"negative_slope": 0.5})
    assert curve.second_moment == pytest.approx(0.5 * (1.0 + 0.25), abs=1e-6)
    assert curve.dead == curve.saturated == 0.0


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "elu", "gelu"])
def test_density_and_atoms_hold_all_of_the_outputs(registry: Registry, name: str) -> None:
    curve = activation_curve(registry, name, {})
    width = curve.outputs[1] - curve.outputs[0]
    mass = float(curve.density.sum() * width) + sum(share for _, share in curve.atoms)
    assert mass == pytest.approx(1.0, abs=2e-3)


def test_a_users_activation_is_measured_like_any_other() -> None:
    class Steps(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.where(x > 1.0, 2.0 * x, torch.zeros_like(x))

    curve = activation_curve(registry_with(Steps), "mine", {})
    assert curve.dead == pytest.approx(0.5 * math.erfc(-1.0 / math.sqrt(2.0)), abs=1e-4)


def test_a_constant_has_slope_0_everywhere() -> None:
    class Constant(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.full_like(x, 3.0)

    curve = activation_curve(registry_with(Constant), "mine", {})
    assert curve.slope_second_moment == 0.0
    assert curve.saturated == pytest.approx(1.0)
    assert curve.dead == 0.0
    assert curve.atoms == ((3.0, pytest.approx(1.0)),)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x: 1.0 / torch.relu(x), "not finite"),
        (lambda x: x[:3], "another shape"),
        (lambda x: x @ torch.ones(5, 5), "fails on plain numbers"),
    ],
)
def test_an_activation_that_cannot_be_drawn_is_refused_in_a_sentence(function: Any, text: str) -> None:
    class Broken(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = function(x)
            return result

    with pytest.raises(PluginError, match=text):
        activation_curve(registry_with(Broken), "mine", {})


def test_the_table_has_a_row_for_each(registry: Registry) -> None:
    curves = [activation_curve(registry, name, {}) for name in ("relu", "tanh")]
    sheet = table_of(curves)
    assert [row[0] for row in sheet.rows] == ["ReLU", "Tanh"]
    assert len(sheet.header) == len(sheet.rows[0])


def test_a_gaussian_grid_has_the_moments_of_a_gaussian() -> None:
    grid = GaussianGrid(2_000)
    assert grid.share.sum() == pytest.approx(1.0, abs=1e-12)
    assert [grid.mean(grid.x**power) for power in (1, 2, 4)] == pytest.approx([0.0, 1.0, 3.0], abs=1e-4)
    with pytest.raises(ValueError, match="even number"):
        GaussianGrid(3)
