"""Batch norm against NumPy: which variance goes where, what the hyper-parameters do, and that it folds away."""

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

import desktop_app
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.exporting import export_run
from desktop_app.registry import Registry


def by_hand(
    values: np.ndarray, mean: np.ndarray, variance: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    """Return ``[batch, features, ...]`` normalised with statistics of each feature."""
    shape = (1, -1) + (1,) * (values.ndim - 2)
    mean, variance, gamma, beta = (one.reshape(shape) for one in (mean, variance, gamma, beta))
    return (values - mean) / np.sqrt(variance + eps) * gamma + beta


def others(values: np.ndarray) -> tuple[int, ...]:
    return tuple(axis for axis in range(values.ndim) if axis != 1)


@settings(deadline=None, max_examples=30)
@given(
    batch=st.integers(2, 6),
    features=st.integers(1, 5),
    picture=st.booleans(),
    share=st.floats(0.01, 1.0),
    seed=st.integers(0, 2**31),
)
def test_training_uses_the_batch_and_evaluation_the_running_statistics(
    registry: Registry, batch: int, features: int, picture: bool, share: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    module = registry.normalizations["batch_norm"].create(features, 2 if picture else 0, momentum=share).double()
    gamma, beta = random.normal(size=(2, features))
    with torch.no_grad():
        module.weight.copy_(torch.tensor(gamma))
        module.bias.copy_(torch.tensor(beta))
    mean, variance = np.zeros(features), np.ones(features)
    for _ in range(4):
        values = random.normal(3.0, 2.0, (batch, features, *((3, 2) if picture else ())))
        biased, unbiased = values.var(axis=others(values)), values.var(axis=others(values), ddof=1)
        expected = by_hand(values, values.mean(axis=others(values)), biased, gamma, beta)
        mean = (1 - share) * mean + share * values.mean(axis=others(values))
        variance = (1 - share) * variance + share * unbiased

        np.testing.assert_allclose(module(torch.tensor(values)).detach().numpy(), expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(module.running_mean.numpy(), mean, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(module.running_var.numpy(), variance, rtol=1e-12)

    fresh = random.normal(-1.0, 5.0, (1, *values.shape[1:]))  # one sample is enough in evaluation
    expected = by_hand(fresh, mean, variance, gamma, beta)
    np.testing.assert_allclose(module.eval()(torch.tensor(fresh)).detach().numpy(), expected, rtol=1e-10, atol=1e-12)


def test_it_starts_as_the_article_has_it(registry: Registry) -> None:
    for dimensions in (0, 2):
        module = registry.normalizations["batch_norm"].create(3, dimensions)

        assert module.eps == 1e-5
        assert module.weight.tolist() == [1.0] * 3
        assert module.bias.tolist() == [0.0] * 3


def trained_norm(registry: Registry, features: int, dimensions: int) -> nn.Module:
    """Return a batch norm that has seen data and whose scale and shift are not those it started with."""
    module = registry.normalizations["batch_norm"].create(features, dimensions).double()
    nn.init.uniform_(module.weight, 0.5, 2.0)
    nn.init.uniform_(module.bias, -1.0, 1.0)
    shape = (8, features) + (5, 5) * (dimensions == 2)
    for _ in range(5):
        module(3 * torch.randn(shape, dtype=torch.float64) + 1)
    return module.eval()


def test_it_folds_into_the_convolution_before_it(registry: Registry) -> None:
    torch.manual_seed(1)
    layer = nn.Conv2d(3, 6, 3, padding=1, bias=False, dtype=torch.float64).eval()
    norm = trained_norm(registry, 6, 2)
    folded = fuse_conv_bn_eval(layer, norm)
    pictures = torch.randn(4, 3, 7, 7, dtype=torch.float64)

    torch.testing.assert_close(folded(pictures), norm(layer(pictures)), rtol=1e-12, atol=1e-12)


def test_it_folds_into_the_linear_layer_before_it(registry: Registry) -> None:
    torch.manual_seed(1)
    layer = nn.Linear(4, 6, dtype=torch.float64).eval()
    norm = trained_norm(registry, 6, 0)
    folded = fuse_linear_bn_eval(layer, norm)
    rows = torch.randn(5, 4, dtype=torch.float64)

    torch.testing.assert_close(folded(rows), norm(layer(rows)), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("kind", "layer"), [("mlp", "Gemm"), ("cnn", "Conv")])
@pytest.mark.parametrize("place", ["before", "after"])
def test_an_exported_file_holds_none_where_it_stands_before_the_activation(
    registry: Registry, tmp_path: Path, kind: str, layer: str, place: str
) -> None:
    experiment = Experiment.from_dict(
        {
            "data": {"source": "digits", "validation": 0.1, "test": 0.8},
            "model": {"kind": kind, "layers": [4], "normalization_place": place},
            "training": {"epochs": 1, "threads": 1},
        }
    )
    run = desktop_app.train(experiment, tmp_path, registry)
    report = export_run(run, None, registry)
    steps = Counter(node.op_type for node in onnx.load(report.onnx).graph.node)

    assert report.parity.passed
    norms = sum(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in run.load_network()[0].modules())
    assert norms > 0
    assert steps["BatchNormalization"] == (0 if place == "before" else norms)
    assert steps[layer] > 0
