"""The preview shows what training would see, and draws from a generator of its own."""

import numpy as np
import pytest
import torch

from desktop_app.engine.augmentation_preview import preview_augmented
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.preview import split_samples
from desktop_app.errors import DataError


@pytest.mark.parametrize("keys", [{"data__augment": "strong"}, {"data__augment": "none", "data__mix": "cutmix"}])
def test_it_shows_one_training_picture_a_class_in_several_versions(keys, experiment_of, all_plugins):
    experiment = experiment_of("augmentation", **keys)
    samples = load_samples(experiment, all_plugins)
    before = torch.get_rng_state()

    rows = preview_augmented(samples, experiment, all_plugins, rows=4, versions=3, seed=1)
    again = preview_augmented(samples, experiment, all_plugins, rows=4, versions=3, seed=1)
    others = preview_augmented(samples, experiment, all_plugins, rows=4, versions=3, seed=2)

    assert torch.equal(torch.get_rng_state(), before)
    assert len({row.label for row in rows}) == 4
    training = {str(samples.names[place]) for place in split_samples(samples, experiment).training}
    assert {row.name for row in rows} <= training
    for row, same, other in zip(rows, again, others, strict=True):
        assert row.picture.shape == (8, 8, 3)
        assert len(row.versions) == 3
        assert all(np.array_equal(a.picture, b.picture) for a, b in zip(row.versions, same.versions, strict=True))
        assert any(not np.array_equal(row.picture, version.picture) for version in row.versions)
        assert row.name != other.name or not np.array_equal(row.versions[0].picture, other.versions[0].picture)


def test_a_mixed_picture_says_which_classes_it_is_trained_as(experiment_of, all_plugins):
    experiment = experiment_of("augmentation", data__augment="none", data__mix="mixup")
    samples = load_samples(experiment, all_plugins)

    rows = preview_augmented(samples, experiment, all_plugins, rows=3, versions=4)

    for place, row in enumerate(rows):
        above = rows[place - 1]
        for version in row.versions:
            shares = dict(version.shares)
            assert set(shares) <= {row.label, above.label}
            mean = shares.get(row.label, 0.0) * row.picture + shares.get(above.label, 0.0) * above.picture
            assert np.abs(version.picture - mean).max() <= 0.51


def test_a_table_has_no_pictures_to_show(experiment_of, all_plugins):
    experiment = experiment_of("mlp")

    with pytest.raises(DataError, match="A table has no pictures to change"):
        preview_augmented(load_samples(experiment, all_plugins), experiment, all_plugins)
