"""The small pictures on cards, as numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from desktop_app.api import Activation, Initializer
from desktop_app.engine.learn.portraits import SCHEDULE_STEPS, portrait
from desktop_app.errors import PluginError
from desktop_app.registry import Registry


def test_an_activation_is_drawn_with_its_slope(registry: Registry) -> None:
    found = portrait(registry.activations["leaky_relu"], {"negative_slope": 0.25}, registry)
    assert found is not None
    value, slope = found.lines
    assert np.allclose(value.y, np.where(value.x > 0, value.x, 0.25 * value.x))
    assert np.allclose(slope.y[slope.x < 0], 0.25)
    assert np.allclose(slope.y[slope.x > 0], 1.0)


def test_an_activation_that_is_flat_somewhere_says_so(registry: Registry) -> None:
    found = portrait(registry.activations["relu"], {}, registry)
    assert found is not None
    assert "Flat over 50%" in found.said


@pytest.mark.parametrize("distribution", ["normal", "uniform", "truncated"])
def test_weights_are_drawn_against_the_density_that_theory_says(registry: Registry, distribution: str) -> None:
    found = portrait(registry.initializers["he"], {"distribution": distribution}, registry)
    assert found is not None
    drawn, theory = found.lines
    width = drawn.x[1] - drawn.x[0]
    assert drawn.y.sum() * width == pytest.approx(1.0)
    assert theory.y.sum() * width == pytest.approx(1.0, abs=0.03)
    # 131,072 weights: a bin at the middle holds thousands of them. At an edge, half a bin may be empty.
    assert np.median(np.abs(drawn.y - theory.y)) < 0.03 * theory.y.max()
    assert f"{math.sqrt(2 / 512):.4f}" in found.said


def test_an_initializer_without_a_spread_is_told_in_words(registry: Registry) -> None:
    found = portrait(Initializer("half", lambda weight: weight.fill_(0.5)), {}, registry)
    assert found is not None
    assert (found.lines, found.said) == ((), "All weights are 0.5.")


def test_drawing_weights_leaves_the_generator_as_it_was(registry: Registry) -> None:
    before = torch.get_rng_state()
    portrait(registry.initializers["he"], {}, registry)
    portrait(registry.networks["mlp"], {}, registry)
    assert torch.equal(before, torch.get_rng_state())


def test_a_schedule_is_drawn_as_its_course(registry: Registry) -> None:
    found = portrait(registry.schedules["cosine"], {"floor": 0.2}, registry)
    assert found is not None
    steps = np.arange(SCHEDULE_STEPS)
    assert np.allclose(found.lines[0].y, 0.2 + 0.8 * (1 + np.cos(math.pi * steps / SCHEDULE_STEPS)) / 2)


def test_a_schedule_that_watches_the_loss_is_drawn_with_it(registry: Registry) -> None:
    found = portrait(registry.schedules["reduce_on_plateau"], {}, registry)
    assert found is not None
    rates, losses = found.lines
    assert losses.y[-1] == losses.y[-100]
    assert rates.y[0] == 1.0
    assert rates.y[-1] < 1.0


def test_a_normalization_is_drawn_before_and_after(registry: Registry) -> None:
    found = portrait(registry.normalizations["batch_norm"], {}, registry)
    assert found is not None
    assert [line.title for line in found.lines] == ["before", "after"]
    after = found.lines[1]
    share = after.y / after.y.sum()
    assert (share * after.x).sum() == pytest.approx(0.0, abs=0.05)
    assert (share * after.x**2).sum() == pytest.approx(1.0, abs=0.1)


def test_a_network_is_told_by_its_layers_and_parameters(registry: Registry) -> None:
    found = portrait(registry.networks["mlp"], {"layers": [5]}, registry)
    assert found is not None
    # 64 to 5 without a bias, batch norm's 10, 5 to 10 with one.
    assert found.said.startswith(f"{64 * 5 + 10 + 5 * 10 + 10:,} parameters for 64 columns")
    assert "Linear(in_features=64, out_features=5" in found.text


def test_what_a_plugin_raises_is_told_as_its_sentence(registry: Registry) -> None:
    broken = Activation("broken", lambda: [][0])
    with pytest.raises(PluginError, match='activation "broken" could not be made'):
        portrait(broken, {}, registry)
    assert portrait(registry.backbones["resnet18"], {}, registry) is None
