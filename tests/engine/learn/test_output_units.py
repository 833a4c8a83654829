"""Sigmoid beside softmax: one unit says what two say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.learn.output_units import compare_on_points, compare_outputs, toy_experiment
from desktop_app.engine.learn.two_classes import SHAPES, two_classes
from desktop_app.engine.prepare import load_samples
from desktop_app.registry import Registry


@pytest.mark.parametrize("shape", SHAPES)
def test_trained_alike_they_decide_alike(registry: Registry, shape: str) -> None:
    found = compare_on_points(registry, shape, steps=200)  # type: ignore[arg-type]
    assert found.agreement >= 0.97
    assert found.plane is not None
    assert found.plane.agreement >= 0.95
    assert min(found.right) > 0.85
    assert found.saved == 17  # 16 weights and a bias of the second unit


def test_softmax_is_the_sigmoid_of_the_difference(registry: Registry) -> None:
    found = compare_on_points(registry, "moons", steps=50)
    assert found.equality < 1e-6


def test_both_begin_with_the_same_answers(registry: Registry) -> None:
    found = compare_outputs(registry, toy_experiment(), two_classes("circles"), steps=1)
    apart = compare_outputs(registry, toy_experiment(), two_classes("circles"), steps=1, alike=False)
    assert np.abs(np.diff(found.probabilities)).max() < 0.05
    assert np.abs(np.diff(apart.probabilities)).max() > 0.05


def test_the_same_seed_gives_the_same_and_torchs_generator_is_left_alone(registry: Registry) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = compare_on_points(registry, "clouds", seed=3, steps=20)
    second = compare_on_points(registry, "clouds", seed=3, steps=20)
    assert torch.equal(before, torch.get_rng_state())
    np.testing.assert_array_equal(first.probabilities, second.probabilities)
    other = compare_on_points(registry, "clouds", seed=4, steps=20)
    assert not np.array_equal(first.probabilities, other.probabilities)


def test_the_sheet_has_each_point_with_both_probabilities(registry: Registry) -> None:
    sheet = compare_on_points(registry, "moons", steps=5).sheet()
    assert sheet.header == ("x", "y", "class", "softmax", "sigmoid")
    assert len(sheet.rows) == 400
    assert {row[2] for row in sheet.rows} == {"first", "second"}


def test_a_persons_own_table_of_two_classes_is_compared(registry: Registry, tmp_path) -> None:
    random = np.random.default_rng(0).normal(size=(80, 3))
    lines = [f"{a:.4f},{b:.4f},{c:.4f},{'up' if a > 0 else 'down'}" for a, b, c in random]
    (tmp_path / "own.csv").write_text("\n".join(["a,b,c,side", *lines]), encoding="utf-8")
    experiment = Experiment.from_dict(
        {
            "data": {"source": "table", "path": str(tmp_path / "own.csv"), "target": "side"},
            "model": {"layers": [8], "dropout": 0.2},
        }
    )
    found = compare_outputs(registry, experiment, load_samples(experiment, registry), steps=60)
    assert found.plane is None
    assert found.probabilities.shape == (80, 2)
    assert set(found.classes) == {"up", "down"}
    assert found.sheet().header == ("class", "softmax", "sigmoid")


def test_other_than_two_classes_are_refused(registry: Registry) -> None:
    experiment = Experiment.from_dict({"data": {"source": "digits"}})
    with pytest.raises(ValueError, match="two classes, got 10"):
        compare_outputs(registry, experiment, load_samples(experiment, registry))


@pytest.mark.parametrize("shape", SHAPES)
def test_points_are_half_of_each_class_and_follow_from_the_seed(shape: str) -> None:
    samples = two_classes(shape, 100, seed=5)  # type: ignore[arg-type]
    assert np.bincount(samples.labels).tolist() == [50, 50]
    again = two_classes(shape, 100, seed=5)  # type: ignore[arg-type]
    np.testing.assert_array_equal(samples.items.values, again.items.values)  # type: ignore[union-attr]
