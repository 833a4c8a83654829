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
    np.testing.assert_allclose(outputs.numpy(), function(given_values), rtol=1e-9, atol=1e-12)
    assert inputs.tolist() == values  # nothing happens in place


@EACH
def test_its_gradient_is_that_of_the_function(registry: Registry, name: str, hyper, function) -> None:
    inputs = torch.tensor([-3.0, -1.1, -0.2, 0.3, 0.9, 2.5], dtype=torch.float64, requires_grad=True)

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
