"""Data sets for the cases, made ill where wanted: written as a CSV or as folders of pictures, as people have them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from fashion import read_fashion
from numpy.typing import NDArray
from other_sets import OTHER_SETS
from PIL import Image
from sklearn import datasets

Arrays = tuple[NDArray[Any], NDArray[Any]]

_RANGE = 255


def _digits() -> Arrays:
    pixels, labels = datasets.load_digits(return_X_y=True)
    return np.round(pixels * (_RANGE / 16)), labels


def _blobs(features: int, informative: int, separation: float, classes: int = 3) -> Callable[[], Arrays]:
    def make() -> Arrays:
        made: Arrays = datasets.make_classification(
            2000,
            features,
            n_informative=informative,
            n_redundant=0,
            n_classes=classes,
            class_sep=separation,
            flip_y=0.0,
            random_state=7,
        )
        return made

    return make


SETS: dict[str, Callable[[], Arrays]] = {
    "iris": lambda: datasets.load_iris(return_X_y=True),
    "wine": lambda: datasets.load_wine(return_X_y=True),
    "cancer": lambda: datasets.load_breast_cancer(return_X_y=True),
    "digits": _digits,
    "fashion": read_fashion,
    "diabetes": lambda: datasets.load_diabetes(return_X_y=True),
    "friedman": lambda: datasets.make_friedman1(1500, 10, noise=0.5, random_state=7),
    "moons": lambda: datasets.make_moons(1500, noise=0.15, random_state=7),
    "circles": lambda: datasets.make_circles(1500, noise=0.05, factor=0.5, random_state=7),
    "blobs": _blobs(10, 6, 2.0),
    "wide_blobs": _blobs(200, 10, 1.0),
    "many_blobs": _blobs(16, 12, 2.0, classes=8),
    **OTHER_SETS,
}
"""Each gives values ``[samples, columns]`` (pictures: pixels, 0 to 255) and labels or numbers ``[samples]``."""


@dataclass(frozen=True)
class Data:
    """A data set and its ills.

    Args:
        name: One of ``SETS``.
        form: How it is written; ``pictures`` for square grey pictures alone.
        samples: At most that many, drawn evenly from all.
        flipped: Share of the samples whose class is drawn anew from the other ones.
        doubled: Share of the samples that stand in the data twice, so that the split parts copies.
        rare: What share of a class is kept, by class.
        noise_columns: Columns of a table that say nothing.
        shuffled: Whether labels are dealt out anew: nothing can be learned.
    """

    name: str
    form: Literal["table", "pictures"] = "table"
    samples: int = 0
    flipped: float = 0.0
    doubled: float = 0.0
    rare: tuple[tuple[int, float], ...] = ()
    noise_columns: int = 0
    shuffled: bool = False
    seed: int = 0

    def write(self, folder: Path) -> dict[str, Any]:
        """Write it below ``folder`` and return what ``[data]`` of an experiment says of it."""
        values, labels = self.arrays()
        folder.mkdir(parents=True)
        if self.form == "pictures":
            return _write_pictures(folder, values, labels)
        return _write_table(folder / "table.csv", values, labels)

    def arrays(self) -> Arrays:
        """Return values and labels with the ills in them."""
        draw = np.random.default_rng((self.seed, 1))
        values, labels = SETS[self.name]()
        if self.samples:
            chosen = draw.permutation(len(labels))[: self.samples]
            values, labels = values[chosen], labels[chosen]
        for label, share in self.rare:
            of_class = np.flatnonzero(labels == label)
            dropped = of_class[max(1, round(len(of_class) * share)) :]
            values, labels = np.delete(values, dropped, axis=0), np.delete(labels, dropped)
        if self.noise_columns:
            values = np.hstack([values, draw.normal(size=(len(values), self.noise_columns))])
        if self.flipped:
            labels = _flipped(labels, self.flipped, draw)
        if self.shuffled:
            labels = draw.permutation(labels)
        if self.doubled:
            again = draw.permutation(len(labels))[: round(len(labels) * self.doubled)]
            values, labels = np.vstack([values, values[again]]), np.concatenate([labels, labels[again]])
        return values, labels


def _flipped(labels: NDArray[Any], share: float, draw: np.random.Generator) -> NDArray[Any]:
    classes = int(labels.max()) + 1
    flipped = draw.permutation(len(labels))[: round(len(labels) * share)]
    labels = labels.copy()
    labels[flipped] = (labels[flipped] + draw.integers(1, classes, len(flipped))) % classes
    return labels


def _write_table(file: Path, values: NDArray[Any], labels: NDArray[Any]) -> dict[str, Any]:
    names = labels.tolist() if labels.dtype.kind == "f" else [f"class_{label}" for label in labels]
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow([*(f"column_{place}" for place in range(values.shape[1])), "target"])
        writer.writerows([*row, name] for row, name in zip(values.tolist(), names, strict=True))
    return {"source": "table", "path": str(file), "target": "target"}


def _write_pictures(folder: Path, values: NDArray[Any], labels: NDArray[Any]) -> dict[str, Any]:
    side = round(values.shape[1] ** 0.5)
    for place, (pixels, label) in enumerate(zip(values, labels, strict=True)):
        below = folder / f"class_{label}"
        below.mkdir(exist_ok=True)
        Image.fromarray(pixels.reshape(side, side).astype(np.uint8)).save(below / f"{place:05}.png", compress_level=0)
    return {"source": "image_folder", "path": str(folder), "image_size": side}
