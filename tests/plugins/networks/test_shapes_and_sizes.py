"""Networks by their shapes, by numbers of parameters worked out by hand, and by what they are initialised with."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from desktop_app.errors import PluginError
from desktop_app.registry import Registry


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_an_mlp_has_the_parameters_of_its_layers(registry: Registry, make_parts) -> None:
    mlp = registry.networks["mlp"].create((64,), 10, make_parts(normalization="none"), layers=[128, 32])
    assert parameters(mlp) == (64 * 128 + 128) + (128 * 32 + 32) + (32 * 10 + 10)

    # A batch norm has a scale and a shift for each unit and takes the place of the bias.
    mlp = registry.networks["mlp"].create((64,), 10, make_parts(), layers=[128, 32])
    assert parameters(mlp) == (64 * 128 + 256) + (128 * 32 + 64) + (32 * 10 + 10)

    # Behind the activation it cannot stand in for the bias, nor can a layer norm.
    mlp = registry.networks["mlp"].create((64,), 10, make_parts(normalization_place="after"), layers=[128])
    assert parameters(mlp) == (64 * 128 + 128 + 256) + (128 * 10 + 10)
    mlp = registry.networks["mlp"].create((64,), 10, make_parts(normalization="layer_norm"), layers=[128])
    assert parameters(mlp) == (64 * 128 + 128 + 256) + (128 * 10 + 10)


def test_an_mlp_flattens_pictures(registry: Registry, make_parts) -> None:
    mlp = registry.networks["mlp"].create((3, 4, 5), 2, make_parts(), layers=[7]).eval()
    pictures = torch.randn(6, 3, 4, 5)

    assert mlp(pictures).shape == (6, 2)
    assert torch.equal(mlp(pictures), mlp(pictures.flatten(1)))


def test_an_mlp_without_hidden_layers_is_a_linear_model(registry: Registry, make_parts) -> None:
    mlp = registry.networks["mlp"].create((5,), 2, make_parts(), layers=[])
    weight, bias = mlp.parameters()
    inputs = torch.randn(3, 5)

    torch.testing.assert_close(mlp(inputs), inputs @ weight.T + bias)


def test_a_cnn_has_the_parameters_of_its_blocks(registry: Registry, make_parts) -> None:
    cnn = registry.networks["cnn"].create((1, 28, 28), 10, make_parts())
    convolutions = 9 * (1 * 32 + 32 * 32 + 32 * 64 + 64 * 64 + 64 * 128 + 128 * 128)
    norms = 2 * 2 * (32 + 64 + 128)

    assert parameters(cnn) == convolutions + norms + 128 * 10 + 10


@settings(deadline=None, max_examples=20)
@given(
    height=st.integers(1, 40),
    width=st.integers(8, 40),
    channels=st.sampled_from([1, 3]),
    blocks=st.lists(st.integers(1, 6), min_size=1, max_size=5),
)
def test_a_cnn_works_on_pictures_of_any_size(registry, make_parts, height, width, channels, blocks) -> None:
    cnn = registry.networks["cnn"].create((channels, height, width), 4, make_parts(), layers=blocks).eval()

    assert cnn(torch.randn(2, channels, height, width)).shape == (2, 4)


def test_a_cnn_halves_its_pictures_between_blocks(registry: Registry, make_parts) -> None:
    def places(side: int) -> tuple[int, ...]:
        cnn = registry.networks["cnn"].create((1, side, side), 4, make_parts(), layers=[2, 2, 2]).eval()
        return tuple(cnn.features(torch.randn(1, 1, side, side)).shape[2:])

    assert places(28) == (7, 7)
    assert places(8) == (2, 2)
    assert places(5) == (2, 2)


@pytest.mark.parametrize(("network", "shape"), [("mlp", (6,)), ("cnn", (1, 8, 8))])
def test_dropout_acts_in_training_alone(registry: Registry, make_parts, network: str, shape: tuple[int, ...]) -> None:
    made = registry.networks[network].create(shape, 3, make_parts(normalization="none"), dropout=0.5)
    inputs = torch.randn(4, *shape)

    assert not torch.equal(made(inputs), made(inputs))
    made.eval()
    assert torch.equal(made(inputs), made(inputs))


@pytest.mark.parametrize(("network", "shape"), [("mlp", (40,)), ("cnn", (3, 8, 8))])
def test_each_layer_is_initialised_as_picked(registry: Registry, make_parts, network: str, shape) -> None:
    parts = make_parts(initializer={"name": "lecun", "distribution": "uniform"}, normalization="none")
    for layer in registry.networks[network].create(shape, 5, parts).modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            bound = math.sqrt(3 / layer.weight[0].numel())
            assert 0.9 * bound < layer.weight.abs().max() <= bound
            assert not layer.bias.any()


@pytest.mark.parametrize(("network", "shape"), [("mlp", (6,)), ("cnn", (1, 8, 8))])
def test_one_training_step_runs_on_meta(registry: Registry, make_parts, network: str, shape: tuple[int, ...]) -> None:
    with torch.device("meta"):
        made = registry.networks[network].create(shape, 3, make_parts(), dropout=0.1)
        loss = nn.functional.cross_entropy(made(torch.empty(4, *shape)), torch.empty(4, dtype=torch.long))
    optimizer = registry.optimizers["adam"].create(made.parameters())
    loss.backward()
    optimizer.step()

    assert all(parameter.grad is not None for parameter in made.parameters())


@pytest.mark.parametrize(
    ("network", "shape", "hyper", "message"),
    [
        ("cnn", (64,), {}, r"cnn needs pictures \(channels, height, width\), got inputs of shape \(64,\); use mlp"),
        ("cnn", (1, 8, 8), {"layers": []}, "a cnn needs at least one block, got none"),
        ("cnn", (1, 8, 8), {"layers": [8, 0]}, r"whole number of at least 1, got 0 in \[8, 0\]"),
        ("mlp", (6,), {"layers": [8.5]}, "whole number of at least 1, got 8.5"),
        ("transfer", (6,), {}, r"transfer needs pictures of 1 or 3 channels, got inputs of shape \(6,\)"),
        ("transfer", (4, 32, 32), {}, "transfer needs pictures of 1 or 3 channels"),
    ],
)
def test_what_makes_no_sense_is_refused(registry: Registry, make_parts, network, shape, hyper, message: str) -> None:
    with pytest.raises(PluginError, match=message):
        registry.networks[network].create(shape, 3, make_parts(), **hyper)


@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_dropping_everything_is_refused(registry: Registry, make_parts, network: str) -> None:
    with pytest.warns(UserWarning, match="usual range"), pytest.raises(PluginError, match="at least 0 and below 1"):
        registry.networks[network].create((1, 8, 8), 3, make_parts(), dropout=1.0)
