from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from desktop_app.engine.data.picture_features import picture_features
from desktop_app.registry import Registry


def test_each_picture_becomes_one_vector_wherever_it_stands_and_whatever_it_is_read_from(
    registry: Registry, tmp_path: Path
) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (34, 40, 50, 3), dtype=np.uint8)
    files = []
    for place, picture in enumerate(pictures):
        files.append(tmp_path / f"{place:02}.png")
        Image.fromarray(picture).save(files[-1])
    from_files, from_memory = picture_features(files, registry), picture_features(pictures[[33, 0]], registry)

    assert from_files.shape == (34, 1280)
    # Batches of one size: the same picture has the same bits in any company.
    assert np.array_equal(from_files[[33, 0]], from_memory)


def test_a_picture_that_cannot_be_read_has_no_features_and_spoils_no_other(registry: Registry, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.new("RGB", (30, 30), "red").save(good)
    bad.write_bytes(b"nothing")
    done: list[tuple[int, int]] = []
    features = picture_features([good, bad], registry, lambda *counts: done.append(counts))

    assert np.isfinite(features[0]).all()
    assert np.isnan(features[1]).all()
    assert done[-1] == (2, 2)


def test_no_pictures_have_no_features(registry: Registry) -> None:
    assert len(picture_features([], registry)) == 0
