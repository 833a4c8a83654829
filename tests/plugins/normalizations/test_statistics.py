"""Every normalization against NumPy, over vectors and pictures."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.errors import PluginError
from desktop_app.registry import Registry


def normalised(values: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
    spread = np.sqrt(values.var(axis=axes, keepdims=True) + eps)
    return (values - values.mean(axis=axes, keepdims=True)) / spread


def inputs(dimensions: int) -> np.ndarray:
    shape = (5, 6) if dimensions == 0 else (5, 6, 3, 4)
    return np.random.default_rng(4).normal(2.0, 3.0, shape)


def run(registry: Registry, name: str, dimensions: int, **hyper: Any) -> np.ndarray:
    module = registry.normalizations[name].create(6, dimensions, **hyper).double()
    return module(torch.tensor(inputs(dimensions))).detach().numpy()


@pytest.mark.parametrize("eps", [1e-5, 0.005])
@pytest.mark.parametrize("dimensions", [0, 2])
def test_batch_norm_is_over_batch_and_places(registry: Registry, dimensions: int, eps: float) -> None:
    axes = (0,) if dimensions == 0 else (0, 2, 3)
    expected = normalised(inputs(dimensions), axes, eps)

    np.testing.assert_allclose(run(registry, "batch_norm", dimensions, eps=eps), expected, rtol=1e-10)


@pytest.mark.parametrize("dimensions", [0, 2])
def test_batch_norm_in_evaluation_uses_the_running_statistics(registry: Registry, dimensions: int) -> None:
    module = registry.normalizations["batch_norm"].create(6, dimensions, momentum=0.25).double()
    values = inputs(dimensions)
    module(torch.tensor(values))
    axes = (0,) if dimensions == 0 else (0, 2, 3)
    mean = 0.25 * values.mean(axis=axes)
    variance = 0.75 + 0.25 * values.var(axis=axes, ddof=1)
    shape = (1, 6) if dimensions == 0 else (1, 6, 1, 1)
    expected = (values - mean.reshape(shape)) / np.sqrt(variance.reshape(shape) + 1e-5)

    np.testing.assert_allclose(module.eval()(torch.tensor(values)).detach().numpy(), expected, rtol=1e-10)


@pytest.mark.parametrize("eps", [1e-5, 0.005])
@pytest.mark.parametrize("dimensions", [0, 2])
def test_layer_norm_is_over_all_of_one_sample(registry: Registry, dimensions: int, eps: float) -> None:
    axes = (1,) if dimensions == 0 else (1, 2, 3)
    expected = normalised(inputs(dimensions), axes, eps)

    np.testing.assert_allclose(run(registry, "layer_norm", dimensions, eps=eps), expected, rtol=1e-10)


@pytest.mark.parametrize("eps", [1e-5, 0.005])
@pytest.mark.parametrize(("wanted", "groups"), [(3, 3), (2, 2), (5, 3), (1, 1)])
@pytest.mark.parametrize("dimensions", [0, 2])
def test_group_norm_is_over_each_group(
    registry: Registry, dimensions: int, wanted: int, groups: int, eps: float
) -> None:
    values = inputs(dimensions)
    split = values.reshape(5, groups, 6 // groups, *values.shape[2:])
    expected = normalised(split, tuple(range(2, split.ndim)), eps).reshape(values.shape)

    np.testing.assert_allclose(run(registry, "group_norm", dimensions, groups=wanted, eps=eps), expected, rtol=1e-10)


@given(features=st.integers(1, 200), wanted=st.integers(1, 64))
@settings(deadline=None)
def test_groups_divide_the_features_and_are_as_many_as_wanted_or_fewer(
    registry: Registry, features: int, wanted: int
) -> None:
    groups = registry.normalizations["group_norm"].create(features, 2, groups=wanted).num_groups

    assert groups == max(number for number in range(1, wanted + 1) if features % number == 0)


@given(features=st.integers(2, 200), wanted=st.integers(1, 64))
@settings(deadline=None)
def test_no_group_of_a_vector_holds_one_feature_alone(registry: Registry, features: int, wanted: int) -> None:
    module = registry.normalizations["group_norm"].create(features, 0, groups=wanted)

    assert module.num_channels // module.num_groups >= 2
    assert module(torch.linspace(-1, 1, features)[None]).abs().max() > 0.1


@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "group_norm"])
def test_other_dimensions_are_refused(registry: Registry, name: str) -> None:
    with pytest.raises(PluginError, match=r"dimensions must be 0 \(vectors\) or 2 \(pictures\), got 1"):
        registry.normalizations[name].create(4, 1)


def test_senseless_hyper_parameters_are_refused(registry: Registry) -> None:
    with pytest.warns(UserWarning, match="usual range"), pytest.raises(PluginError, match="groups must be at least 1"):
        registry.normalizations["group_norm"].create(4, 2, groups=0)
    with pytest.warns(UserWarning, match="usual range"), pytest.raises(PluginError, match="momentum must lie between"):
        registry.normalizations["batch_norm"].create(4, 2, momentum=2.0)


def test_a_group_of_one_value_is_refused_by_torch_where_there_is_one_picture(registry: Registry) -> None:
    module = registry.normalizations["group_norm"].create(6, 2, groups=6)

    with pytest.raises(ValueError, match="more than 1 value per channel"):
        module(torch.ones(1, 6, 1, 1))
