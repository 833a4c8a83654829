"""Every activation against NumPy, its gradient against finite differences."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.errors import PluginError
from desktop_app.registry import Registry

_erf = np.vectorize(math.erf)
FUNCTIONS: list[tuple[str, dict[str, Any], Any]] = [
    ("relu", {}, lambda x: np.where(x > 0, x, 0.0)),
    ("leaky_relu", {}, lambda x: np.where(x > 0, x, 0.01 * x)),
    ("leaky_relu", {"negative_slope": 0.3}, lambda x: np.where(x > 0, x, 0.3 * x)),
    ("sigmoid", {}, lambda x: 1 / (1 + np.exp(-x))),
    ("tanh", {}, lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)),
    ("elu", {}, lambda x: np.where(x > 0, x, np.exp(x) - 1)),
    ("elu", {"alpha": 0.5}, lambda x: np.where(x > 0, x, 0.5 * (np.exp(x) - 1))),
    ("gelu", {}, lambda x: x * (1 + _erf(x / np.sqrt(2))) / 2),
    (
        "gelu",
        {"approximate": "tanh"},
        lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    ("silu", {}, lambda x: x / (1 + np.exp(-x))),
    (
        "selu",
        {},
        lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(np.minimum(x, 0)) - 1)),
    ),
    ("mish", {}, lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    ("softplus", {}, lambda x: np.log1p(np.exp(x))),
    ("softplus", {"beta": 0.5}, lambda x: 2 * np.log1p(np.exp(x / 2))),
    ("hardswish", {}, lambda x: x * np.clip(x + 3, 0, 6) / 6),
    ("prelu", {}, lambda x: np.where(x > 0, x, 0.25 * x)),
    ("prelu", {"init": 0.5}, lambda x: np.where(x > 0, x, 0.5 * x)),
]
EACH = pytest.mark.parametrize(("name", "hyper", "function"), FUNCTIONS, ids=[f"{n}{h or ''}" for n, h, _ in FUNCTIONS])


@EACH
@settings(deadline=None, max_examples=30)
@given(values=st.lists(st.floats(-15, 15), min_size=1, max_size=20))
def test_it_is_the_function(registry: Registry, name: str, hyper, function, values: list[float]) -> None:
    given_values = np.array(values)
    inputs = torch.tensor(values, dtype=torch.float64)
    outputs = registry.activations[name].create(**hyper)(inputs)

    # The formulas above lose digits by cancellation where the outputs are near 0.
    np.testing.assert_allclose(outputs.detach().numpy(), function(given_values), rtol=1e-9, atol=1e-12)
    assert inputs.tolist() == values  # nothing happens in place


@EACH
def test_its_gradient_is_that_of_the_function(registry: Registry, name: str, hyper, function) -> None:
    inputs = torch.tensor([-3.2, -1.1, -0.2, 0.3, 0.9, 2.5], dtype=torch.float64, requires_grad=True)

    assert torch.autograd.gradcheck(registry.activations[name].create(**hyper), (inputs,))


def test_every_built_in_activation_is_tested_here(registry: Registry) -> None:
    for name, hyper, _ in FUNCTIONS:
        assert set(hyper) <= {parameter.name for parameter in registry.activations[name].parameters}
    assert {name for name, _, _ in FUNCTIONS} == set(registry.activations)


def test_an_elu_that_would_rise_below_zero_is_refused(registry: Registry) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(PluginError, match=r"alpha must be above 0, got -1\.0"):
            registry.activations["elu"].create(alpha=-1.0)


# The input, what comes out and the slope there, worked out by hand.
BY_HAND: list[tuple[str, dict[str, Any], float, float, float]] = [
    ("selu", {}, 2.0, 2.10140197, 1.05070099),
    ("selu", {}, -1.0, -1.11133074, 0.64676860),
    ("mish", {}, 1.0, 0.86509839, 1.04903622),
    ("mish", {}, -2.0, -0.25250148, -0.10835509),
    ("softplus", {}, 0.0, 0.69314718, 0.5),
    ("softplus", {"beta": 2.0}, -1.0, 0.06346400, 0.11920292),
    ("hardswish", {}, 1.0, 4 / 6, 5 / 6),
    ("hardswish", {}, -2.0, -2 / 6, -1 / 6),
    ("hardswish", {}, -3.5, 0.0, 0.0),
    ("prelu", {}, 2.0, 2.0, 1.0),
    ("prelu", {}, -2.0, -0.5, 0.25),
    ("prelu", {"init": 0.1}, -2.0, -0.2, 0.1),
]


@pytest.mark.parametrize(("name", "hyper", "where", "value", "slope"), BY_HAND)
def test_values_and_slopes_by_hand(registry: Registry, name: str, hyper, where, value, slope) -> None:
    given_value = torch.tensor([where], dtype=torch.float64, requires_grad=True)
    found = registry.activations[name].create(**hyper).double()(given_value)
    found.backward()

    # A learned slope starts in float32.
    assert found.item() == pytest.approx(value, abs=1e-8 if name != "prelu" else 1e-7)
    assert given_value.grad.item() == pytest.approx(slope, abs=1e-8 if name != "prelu" else 1e-7)


def test_the_slope_of_prelu_is_learned(registry: Registry) -> None:
    activation = registry.activations["prelu"].create()
    activation(torch.tensor([-2.0, -1.0, 3.0])).sum().backward()

    (slope,) = activation.parameters()
    assert slope.shape == (1,)
    assert slope.grad.item() == pytest.approx(-3.0)  # the sum of the negative inputs


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_prelu_takes_inputs_of_another_type_than_its_slope(registry: Registry, dtype: torch.dtype) -> None:
    found = registry.activations["prelu"].create()(torch.tensor([-2.0, 4.0], dtype=dtype))

    assert found.dtype == dtype
    assert found.tolist() == [-0.5, 4.0]


def test_a_softplus_that_would_fall_is_refused(registry: Registry) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(PluginError, match=r"beta must be above 0, got 0\.0"):
            registry.activations["softplus"].create(beta=0.0)
