"""Signals through a person's own network, and the hint that follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.learn.network_hint import find_hint
from desktop_app.engine.learn.own_network import own_signals
from desktop_app.engine.prepare import load_samples, prepare
from desktop_app.registry import Registry


def digits(**model: Any) -> Experiment:
    return Experiment.from_dict({"data": {"source": "digits"}, "model": {"kind": "mlp", **model}})


def look(registry: Registry, experiment: Experiment) -> tuple[Any, Any]:
    samples = load_samples(experiment, registry)
    signals = own_signals(experiment, registry, samples)
    return signals, find_hint(experiment, registry, samples, signals)


DEEP: dict[str, Any] = {"layers": [64] * 16, "normalization": "none"}


def test_relu_with_xavier_in_a_deep_network_is_mended_by_he(registry: Registry) -> None:
    signals, hint = look(registry, digits(**DEEP, initializer="xavier"))
    assert signals.matters
    assert (hint.field, hint.key, hint.value, hint.mend) == ("model.initializer",) * 2 + ("he", "Use He")
    assert "With Xavier and ReLU" in hint.sentence
    mended, nothing = look(registry, digits(**DEEP, initializer=hint.value))
    assert not mended.matters
    assert nothing is None


def test_a_mend_keeps_the_distribution_and_learns_the_activations_slope(registry: Registry) -> None:
    activation = {"name": "leaky_relu", "negative_slope": 0.2}
    _, hint = look(
        registry, digits(**DEEP, initializer={"name": "xavier", "distribution": "uniform"}, activation=activation)
    )
    assert hint.value == {"name": "he", "distribution": "uniform", "negative_slope": 0.2}


def test_settings_that_spoil_the_right_initializer_are_named(registry: Registry) -> None:
    _, hint = look(registry, digits(**DEEP, initializer={"name": "he", "negative_slope": 1.0}))
    assert hint.value == "he"
    assert "He as it is set" in hint.sentence


def test_sigmoid_is_mended_by_a_normalization_beside_the_activation(registry: Registry) -> None:
    _, hint = look(registry, digits(**DEEP, activation="sigmoid"))
    assert (hint.field, hint.key, hint.value) == ("model.activation", "model.normalization", "batch_norm")
    assert "whatever the initializer" in hint.sentence


@pytest.mark.parametrize(
    "model",
    [
        {"layers": [64, 64], "normalization": "none", "initializer": "xavier"},
        {"layers": [64, 64, 64], "normalization": "none", "activation": "tanh"},
        {"layers": [], "normalization": "none", "initializer": "xavier"},
        {"layers": [64] * 10, "initializer": "xavier"},
        {"layers": [64] * 16, "normalization": "none", "initializer": "orthogonal", "activation": "tanh"},
        {"layers": [64] * 16, "normalization": "layer_norm", "activation": "gelu"},
        {},
    ],
    ids=str,
)
def test_nothing_is_said_where_it_does_not_matter(registry: Registry, model: dict[str, Any]) -> None:
    _, hint = look(registry, digits(**model))
    assert hint is None


def test_the_weights_looked_at_are_those_that_training_begins_with(registry: Registry) -> None:
    experiment = digits(layers=[32, 16], normalization="none")
    samples = load_samples(experiment, registry)
    found = own_signals(experiment, registry, samples)
    job = prepare(experiment, registry)
    places = np.random.default_rng(0).permutation(len(samples))[:64]
    raw = torch.from_numpy(samples.items.values[places])  # type: ignore[union-attr]
    job.model.preprocessing.fit(torch.from_numpy(samples.items.values))  # type: ignore[operator, union-attr]
    with torch.no_grad():
        first = job.model.network.layers[1](job.model.preprocessing(raw))  # type: ignore[index, operator]
    assert found.layers[0].signal == pytest.approx(float(first.var(0, correction=0).mean().sqrt()), rel=1e-4)
    assert [layer.kind for layer in found.layers] == ["Linear"] * 3


def test_dropout_and_looking_leave_torchs_generator_alone(registry: Registry) -> None:
    torch.manual_seed(2)
    before = torch.get_rng_state()
    look(registry, digits(layers=[16, 16], dropout=0.5))
    assert torch.equal(before, torch.get_rng_state())


def test_pictures_in_files_go_through_a_cnn_and_unreadable_ones_are_left_out(
    registry: Registry, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for place in range(6):
            Image.fromarray(random.integers(0, 255, (16, 16, 3), dtype=np.uint8)).save(tmp_path / name / f"{place}.png")
    (tmp_path / "a" / "broken.png").write_bytes(b"no picture")
    experiment = Experiment.from_dict({"data": {"source": "image_folder", "path": str(tmp_path)}})
    signals = own_signals(experiment, registry, load_samples(experiment, registry))
    assert [layer.kind for layer in signals.layers] == ["Conv2d"] * 6 + ["Linear"]
    assert all(layer.signal > 0 and layer.gradient > 0 for layer in signals.layers)


def test_on_top_of_a_backbone_only_the_new_head_is_looked_at(registry: Registry) -> None:
    experiment = Experiment.from_dict(
        {"data": {"source": "digits", "image_size": 32}, "model": {"kind": "transfer", "head": [32, 16]}}
    )
    signals = own_signals(experiment, registry, load_samples(experiment, registry))
    assert signals.head_only
    assert [layer.kind for layer in signals.layers] == ["Linear"] * 3
    assert "new head" in signals.in_words()


def test_a_regression_is_looked_into_as_well(registry: Registry, tmp_path: Path) -> None:
    random = np.random.default_rng(0).normal(size=(80, 3))
    lines = [",".join(f"{value:.5f}" for value in row) for row in random]
    (tmp_path / "numbers.csv").write_text("\n".join(["x,y,z", *lines]), encoding="utf-8")
    experiment = Experiment.from_dict(
        {"data": {"source": "table", "path": str(tmp_path / "numbers.csv"), "target": "z"}, "model": {"layers": [8, 8]}}
    )
    signals = own_signals(experiment, registry, load_samples(experiment, registry))
    assert len(signals.sheet().rows) == 3


def test_looking_ends_when_told_to(registry: Registry) -> None:
    class EnoughError(Exception):
        pass

    def between() -> None:
        raise EnoughError

    experiment = digits(**DEEP)
    with pytest.raises(EnoughError):
        own_signals(experiment, registry, load_samples(experiment, registry), between)
