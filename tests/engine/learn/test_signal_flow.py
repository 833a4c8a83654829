"""Signals through deep networks: what theory says must come out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from desktop_app.engine.learn.signal_flow import DeepNetwork, Recipe, measure_signals
from desktop_app.engine.learn.signal_theory import Pair, fitting_initializers, gain_of, suits
from desktop_app.errors import ExperimentError, PluginError
from desktop_app.registry import Registry

DEEP = DeepNetwork(depth=50, width=128, batch=64, seeds=3)


def flow_of(registry: Registry, activation: str, initializer: str, normalization: str = "none", place: str = "before"):
    recipe = Recipe(Pair.of(initializer, activation), normalization, None, place)  # type: ignore[arg-type]
    return measure_signals(registry, recipe, DEEP)


def test_relu_with_xavier_loses_the_root_of_a_half_a_layer(registry: Registry) -> None:
    flow = flow_of(registry, "relu", "xavier")
    a_layer = (flow.signal.median[50] / flow.signal.median[1]) ** (1 / 49)
    assert a_layer == pytest.approx(np.sqrt(0.5), abs=0.02)
    assert (flow.gradient.median[1] / flow.gradient.median[50]) ** (1 / 49) == pytest.approx(np.sqrt(0.5), abs=0.02)
    assert not flow.keeps
    assert "Gradients shrink by 0.7" in flow.in_words()


def test_relu_with_he_keeps_signal_and_gradient(registry: Registry) -> None:
    flow = flow_of(registry, "relu", "he")
    assert 0.15 < flow.signal.median[50] / flow.signal.median[1] < 6.0
    assert 0.15 < flow.gradient_left < 6.0
    assert flow.keeps


def test_sigmoid_with_he_keeps_its_activations_and_loses_gradients_and_differences(registry: Registry) -> None:
    flow = flow_of(registry, "sigmoid", "he")
    assert 0.05 < flow.signal.median[50] < 0.5
    assert flow.gradient_left < 1e-20
    assert (flow.gradient.median[1] / flow.gradient.median[50]) ** (1 / 49) == pytest.approx(0.316, abs=0.03)
    assert flow.signal_left < 1e-12
    assert "gone after" in flow.in_words()


def test_tanh_with_xavier_fades_slowly(registry: Registry) -> None:
    flow = flow_of(registry, "tanh", "xavier")
    # As one over the root of the depth: four times as deep, half as much.
    assert flow.signal.median[48] / flow.signal.median[12] == pytest.approx(0.5, abs=0.12)
    assert flow.keeps


@pytest.mark.parametrize("place", ["before", "after"])
def test_batch_norm_keeps_the_signal_and_lets_gradients_grow_by_a_fifth_a_layer(registry: Registry, place: str) -> None:
    flow = flow_of(registry, "relu", "xavier", "batch_norm", place)
    assert flow.signal.median[50] == pytest.approx(flow.signal.median[2], rel=0.1)
    # Yang et al. 2019, arXiv:1902.08129: the root of pi / (pi - 1) for relu, 1.21.
    growth = (flow.gradient.median[1] / flow.gradient.median[50]) ** (1 / 49)
    assert growth == pytest.approx(np.sqrt(np.pi / (np.pi - 1.0)), abs=0.04)


@pytest.mark.parametrize(
    ("activation", "initializer"), [("relu", "xavier"), ("relu", "he"), ("tanh", "xavier"), ("elu", "lecun")]
)
def test_what_is_measured_is_what_theory_says(registry: Registry, activation: str, initializer: str) -> None:
    network = DeepNetwork(depth=12, width=400, batch=64, seeds=3)
    flow = measure_signals(registry, Recipe(Pair.of(initializer, activation)), network)
    verdict = suits(registry, Pair.of(initializer, activation), 12)
    second_moment = flow.signal.median[12] ** 2
    if activation in ("tanh",):  # the mean of its outputs is 0
        assert np.sqrt(second_moment) == pytest.approx(verdict.signal, rel=0.1)
    assert flow.gradient.median[0] == pytest.approx(verdict.gradient, rel=0.25)


def test_the_middle_lies_within_the_band_and_the_sheet_has_a_row_a_layer(registry: Registry) -> None:
    flow = flow_of(registry, "tanh", "xavier")
    for band in (flow.signal, flow.difference, flow.gradient):
        assert np.all(band.low <= band.median)
        assert np.all(band.median <= band.high)
    assert len(flow.sheet().rows) == 51
    assert flow.gradient.median[-1] == pytest.approx(1.0, rel=0.05)


def test_torchs_generator_is_left_alone_and_the_same_comes_out_again(registry: Registry) -> None:
    torch.manual_seed(4)
    before = torch.get_rng_state()
    first = measure_signals(registry, Recipe(Pair.of("he", "relu")), DeepNetwork(3, 16, 8, 2))
    assert torch.equal(before, torch.get_rng_state())
    second = measure_signals(registry, Recipe(Pair.of("he", "relu")), DeepNetwork(3, 16, 8, 2))
    np.testing.assert_array_equal(first.signal.median, second.signal.median)


def test_what_nobody_waits_for_ends(registry: Registry) -> None:
    class EnoughError(Exception):
        pass

    def between() -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        measure_signals(registry, Recipe(Pair.of("he", "relu")), DEEP, between=between)


def test_a_name_that_there_is_not_is_refused(registry: Registry) -> None:
    with pytest.raises((PluginError, ExperimentError), match="relo"):
        measure_signals(registry, Recipe(Pair.of("he", "relo")), DEEP)


def test_the_gain_is_the_width_times_the_variance(registry: Registry) -> None:
    # Eight weights of 65,536 numbers: the standard error of the variance is 0.2 %.
    assert gain_of(registry, "he", {}) == pytest.approx(2.0, rel=0.01)
    assert gain_of(registry, "xavier", {"distribution": "uniform"}) == pytest.approx(1.0, rel=0.01)
    assert gain_of(registry, "orthogonal", {"gain": 2.0}) == pytest.approx(4.0, rel=1e-5)


def test_he_suits_relu_and_xavier_does_not_but_for_a_few_layers(registry: Registry) -> None:
    assert suits(registry, Pair.of("he", "relu")).suits
    assert not suits(registry, Pair.of("xavier", "relu")).suits
    assert suits(registry, Pair.of("xavier", "relu"), depth=3).suits
    assert suits(registry, Pair.of("xavier", "tanh")).suits
    assert not suits(registry, Pair.of("he", "sigmoid")).suits


def test_relu_with_xavier_shrinks_to_two_to_the_minus_25(registry: Registry) -> None:
    verdict = suits(registry, Pair.of("xavier", "relu"), 50)
    assert np.log2(verdict.signal) == pytest.approx(-25.0, abs=0.2)
    assert np.log2(verdict.gradient) == pytest.approx(-25.0, abs=0.2)
    assert verdict.signal_a_layer == pytest.approx(np.sqrt(0.5), abs=0.003)


def test_the_initializer_that_keeps_most_comes_first_and_learns_the_slope(registry: Registry) -> None:
    assert fitting_initializers(registry, Pair.of("xavier", "relu"), 200)[0][0].initializer == "he"
    assert fitting_initializers(registry, Pair.of("he", "tanh"), 200)[0][0].initializer != "he"
    pair = Pair("xavier", "leaky_relu", {"distribution": "uniform"}, {"negative_slope": 0.3})
    best, verdict = fitting_initializers(registry, pair, 50)[0]
    assert best.initializer == "he"
    assert best.initializer_hyper == {"distribution": "uniform", "negative_slope": 0.3}
    assert verdict.suits
