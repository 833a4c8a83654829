"""Data sets of the cases that are looked at last: made by other rules than those that thresholds are set on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
from fashion import read_fashion
from numpy.typing import NDArray
from PIL import Image
from sklearn import datasets

from desktop_app.api import resource_file

Arrays = tuple[NDArray[Any], NDArray[Any]]

_SEED = 23
_SHOES = (1, 5, 7, 8, 9)
_TOPS = (0, 2, 3, 4, 6)
_GREY_LEVELS = 255 / 16


def _hastie() -> Arrays:
    """Return ten columns of noise; the class says whether they lie far from the middle."""
    values, signs = datasets.make_hastie_10_2(3000, random_state=_SEED)
    return values, (signs > 0).astype(np.int64)


def _digits(classes: tuple[int, ...] = tuple(range(10))) -> Arrays:
    pixels, labels = datasets.load_digits(return_X_y=True)
    kept = np.isin(labels, classes)
    return np.round(pixels[kept] * _GREY_LEVELS), np.searchsorted(classes, labels[kept])


def _odd() -> Arrays:
    pixels, labels = _digits()
    return pixels, labels % 2


def _clothes(classes: tuple[int, ...]) -> Callable[[], Arrays]:
    def make() -> Arrays:
        pixels, labels = read_fashion()
        kept = np.isin(labels, classes)
        return pixels[kept], np.searchsorted(classes, labels[kept])

    return make


def _sample() -> Arrays:
    """Return the pictures that Downslope ships with, grey ``[1500, 784]``."""
    with zipfile.ZipFile(resource_file("sample/fashion_mnist_small.zip")) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        pixels = [np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("L")).ravel() for name in names]
    places = [name.split("/")[-2] for name in names]
    return np.stack(pixels), np.unique(places, return_inverse=True)[1]


def _classes(features: int, informative: int, redundant: int, classes: int, separation: float) -> Callable[[], Arrays]:
    def make() -> Arrays:
        made: Arrays = datasets.make_classification(
            2600,
            features,
            n_informative=informative,
            n_redundant=redundant,
            n_classes=classes,
            n_clusters_per_class=1,
            class_sep=separation,
            flip_y=0.0,
            random_state=_SEED,
        )
        return made

    return make


def _xor() -> Arrays:
    draw = np.random.default_rng(_SEED)
    points = draw.uniform(-1.0, 1.0, (1600, 2))
    return points, (points[:, 0] * points[:, 1] > 0).astype(np.int64)


def _spirals() -> Arrays:
    """Return three arms that wind round the middle, of 700 points each."""
    draw = np.random.default_rng(_SEED)
    labels = np.arange(2100) % 3
    along = np.sqrt(draw.uniform(0.02, 1.0, len(labels)))
    angle = 2 * np.pi * (along + labels / 3)
    points = np.stack([along * np.cos(angle), along * np.sin(angle)], axis=1)
    return points + draw.normal(scale=0.03, size=points.shape), labels


def _waves() -> Arrays:
    """Return four columns and a smooth number that hangs on three of them."""
    draw = np.random.default_rng(_SEED)
    values = draw.uniform(-1.0, 1.0, (2000, 4))
    numbers = np.sin(3 * values[:, 0]) + values[:, 1] ** 2 + 0.5 * values[:, 2]
    return values, numbers + draw.normal(scale=0.05, size=len(numbers))


OTHER_SETS: dict[str, Callable[[], Arrays]] = {
    "hastie": _hastie,
    "all_digits": _digits,
    "odd": _odd,
    "three_digits": lambda: _digits((3, 5, 8)),
    "fashion_shoes": _clothes(_SHOES),
    "fashion_tops": _clothes(_TOPS),
    "sample": _sample,
    "clusters": _classes(20, 8, 6, 4, 1.6),
    "pairs": _classes(12, 8, 2, 2, 1.5),
    "xor": _xor,
    "spirals": _spirals,
    "clouds": lambda: datasets.make_blobs(1500, 2, centers=4, cluster_std=0.9, random_state=8)[:2],
    "rings": lambda: datasets.make_gaussian_quantiles(n_samples=2400, n_features=4, n_classes=3, random_state=_SEED),
    "shells": lambda: datasets.make_gaussian_quantiles(n_samples=2400, n_features=7, n_classes=2, random_state=_SEED),
    "friedman_noisy": lambda: datasets.make_friedman1(2200, 6, noise=1.0, random_state=_SEED),
    "currents": lambda: datasets.make_friedman2(1600, noise=30.0, random_state=_SEED),
    "planes": lambda: datasets.make_regression(1500, 12, n_informative=8, noise=8.0, random_state=_SEED),
    "waves": _waves,
}
"""Each gives values ``[samples, columns]`` (pictures: pixels, 0 to 255) and labels or numbers ``[samples]``."""
