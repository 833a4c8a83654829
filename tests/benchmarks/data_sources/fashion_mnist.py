"""Fashion-MNIST: 60,000 grey pictures of clothes to train on and 10,000 to test, of 28 x 28 pixels, from IDX files."""

import gzip
from pathlib import Path
from typing import Literal

import numpy as np

from desktop_app.api import DataSource, Samples, hookimpl

CLASSES = ("t_shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle_boot")
_HEADER_BYTES = {"images": 16, "labels": 8}
_SIDE = 28


def load(folder: Path | None, part: Literal["train", "test"] = "train", every: int = 1) -> Samples:
    """Give one part of the official split.

    Args:
        folder: Holds ``train-images-idx3-ubyte.gz`` and its siblings, as Debian's dataset-fashion-mnist does.
        every: 5 takes every fifth picture, for a quick trial.
    """
    if folder is None:
        raise ValueError("data.path must name the folder that holds the .gz files")
    prefix = {"train": "train", "test": "t10k"}[part]
    grey = _values(folder / f"{prefix}-images-idx3-ubyte.gz", "images").reshape(-1, _SIDE, _SIDE, 1)[::every]
    labels = _values(folder / f"{prefix}-labels-idx1-ubyte.gz", "labels").astype(np.int64)[::every]
    names = [f"{part} {place * every}" for place in range(len(labels))]
    return Samples("pictures", np.repeat(grey, 3, axis=3), labels, CLASSES, names=names)


def _values(file: Path, kind: str) -> np.ndarray:
    with gzip.open(file) as opened:
        return np.frombuffer(opened.read(), dtype=np.uint8, offset=_HEADER_BYTES[kind])


@hookimpl
def register_data_sources() -> DataSource:
    return DataSource("fashion_mnist", load, title="Fashion-MNIST", reference="arXiv:1708.07747")
