"""Small sets of points in a plane that belong to two classes."""

from __future__ import annotations

from typing import Literal

import numpy as np

from desktop_app.api import Samples, Table

Shape = Literal["moons", "circles", "clouds"]
SHAPES: tuple[Shape, ...] = ("moons", "circles", "clouds")


def two_classes(shape: Shape, number: int = 400, seed: int = 0) -> Samples:
    """Return ``number`` points, half of each class, that overlap a little."""
    random = np.random.default_rng(seed)
    half = number // 2
    along = random.uniform(0.0, np.pi, (2, half))
    if shape == "moons":
        first = np.stack([np.cos(along[0]), np.sin(along[0])], axis=1)
        second = np.stack([1.0 - np.cos(along[1]), 0.5 - np.sin(along[1])], axis=1)
        noise = 0.18
    elif shape == "circles":
        first = np.stack([np.cos(2 * along[0]), np.sin(2 * along[0])], axis=1)
        second = 0.45 * np.stack([np.cos(2 * along[1]), np.sin(2 * along[1])], axis=1)
        noise = 0.15
    elif shape == "clouds":
        first, second = np.full((half, 2), -0.6), np.full((half, 2), 0.6)
        noise = 0.6
    else:
        raise ValueError(f"shape must be one of {', '.join(SHAPES)}, got {shape!r}")
    points = np.concatenate([first, second]) + noise * random.standard_normal((2 * half, 2))
    labels = np.repeat(np.array([0, 1], dtype=np.int64), half)
    return Samples("table", Table(("x", "y"), points.astype(np.float32)), labels, ("first", "second"))
