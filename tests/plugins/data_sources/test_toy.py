"""Points in a plane: their shapes, against what defines them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.data_sources.toy import load, register_data_sources

SHAPES = ("moons", "circles", "spirals", "xor", "clouds")


@given(st.sampled_from(SHAPES), st.integers(20, 300), st.integers(0, 5))
def test_the_same_seed_gives_the_same_points_and_classes_of_one_size(shape, number, seed):
    one, other = load(None, shape, number, seed=seed), load(None, shape, number, seed=seed)

    assert np.array_equal(one.items.values, other.items.values)
    assert one.items.values.shape == (number, 2)
    assert one.items.values.dtype == np.float32
    assert abs(np.bincount(one.labels) - number / 2).max() <= 0.5
    assert not np.array_equal(one.items.values, load(None, shape, number, seed=seed + 1).items.values)


def test_circles_lie_at_two_distances():
    samples = load(None, "circles", 100, noise=0.0)

    distances = np.linalg.norm(samples.items.values, axis=1)
    assert distances == pytest.approx(np.where(samples.labels == 0, 1.0, 0.45), abs=1e-6)


def test_in_xor_the_first_class_has_coordinates_of_one_sign():
    samples = load(None, "xor", 100, noise=0.0)

    assert ((samples.items.values.prod(axis=1) > 0) == (samples.labels == 0)).all()
    assert len({(x > 0, y > 0) for x, y in samples.items.values}) == 4


def test_moons_are_halves_of_circles_that_reach_into_each_other():
    samples = load(None, "moons", 100, noise=0.0)

    upper = samples.items.values[samples.labels == 0] + (0.5, 0.25)
    lower = samples.items.values[samples.labels == 1] + (0.5, 0.25) - (1.0, 0.5)
    assert np.linalg.norm(upper, axis=1) == pytest.approx(np.ones(50), abs=1e-5)
    assert np.linalg.norm(lower, axis=1) == pytest.approx(np.ones(50), abs=1e-5)
    assert (upper[:, 1] >= -1e-6).all()
    assert (lower[:, 1] <= 1e-6).all()


def test_the_arms_of_spirals_are_one_arm_turned():
    samples = load(None, "spirals", 300, noise=0.0, classes=3)

    assert samples.classes == ("first", "second", "third")
    values = samples.items.values.astype(np.float64)
    along = np.linalg.norm(values, axis=1) / 1.5
    angle = np.arctan2(values[:, 1], values[:, 0]) - 2 * np.pi * (1.25 * along + samples.labels / 3)
    assert np.cos(angle) == pytest.approx(np.ones(300), abs=1e-4)


def test_noise_spreads_the_points_by_its_standard_deviation():
    still, noisy = load(None, "moons", 5000, noise=0.0), load(None, "moons", 5000, noise=0.3)

    assert (noisy.items.values - still.items.values).std() == pytest.approx(0.3, rel=0.05)


def test_clouds_of_three_classes_stand_around_the_middle():
    samples = load(None, "clouds", 3000, noise=0.0, classes=3)

    centers = np.stack([samples.items.values[samples.labels == place].mean(axis=0) for place in range(3)])
    assert np.linalg.norm(centers, axis=1) == pytest.approx(np.ones(3), abs=0.05)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"shape": "squares"}, "shape must be one of moons, circles"),
        ({"shape": "moons", "classes": 3}, "moons have 2 classes"),
        ({"shape": "spirals", "classes": 4}, "spirals have 2 or 3 classes"),
        ({"number": 1}, "number must be at least 2"),
        ({"noise": -1.0}, "noise must be at least 0"),
    ],
)
def test_what_there_is_not_is_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        load(None, **options)


def test_it_is_registered_with_its_options():
    source = register_data_sources()

    assert source.name == "toy"
    assert [parameter.name for parameter in source.parameters] == ["shape", "number", "noise", "classes", "seed"]
