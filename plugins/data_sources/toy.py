"""Toy: points in a plane whose classes lie in a well-known shape, to watch a network draw its boundary."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import DataSource, Range, Samples, Table, hookimpl

Shape = Literal["moons", "circles", "spirals", "xor", "clouds"]
Points = NDArray[np.float64]

_NAMES = ("first", "second", "third")
_TURNS = 1.25
"""How often a spiral winds round the middle."""


def load(
    folder: Path | None,
    shape: Shape = "moons",
    number: Annotated[int, Range(20, 10_000, log=True)] = 400,
    noise: Annotated[float, Range(0.0, 1.0)] = 0.15,
    classes: Annotated[int, Range(2, 3)] = 2,
    seed: int = 0,
) -> Samples:
    """Give points with the columns ``x`` and ``y``, about as many of each class; without noise they lie within 2 of 0.

    Args:
        folder: Unused.
        shape: ``moons`` are two halves of circles that reach into each other, ``circles`` one within the other,
            ``spirals`` arms around the middle, ``xor`` four squares of which opposite ones belong together, ``clouds``
            normal distributions around places of their own.
        number: Of points, at least 1 a class.
        noise: Standard deviation of what is added to each coordinate.
        classes: Spirals and clouds may have 3; the other shapes have 2.
        seed: What the points are drawn by.

    Raises: ``ValueError`` for a shape, number, noise or number of classes that there is not.
    """
    if shape not in _SHAPES:
        raise ValueError(f"shape must be one of {', '.join(_SHAPES)}, got {shape!r}")
    most = 3 if shape in ("spirals", "clouds") else 2
    if not 2 <= classes <= most:
        raise ValueError(f"{shape} have {'2 or 3' if most == 3 else '2'} classes, got classes = {classes}")
    if number < classes:
        raise ValueError(f"number must be at least {classes}, one point a class, got {number}")
    if not noise >= 0.0:
        raise ValueError(f"noise must be at least 0, got {noise}")
    random = np.random.default_rng(seed)
    labels = np.arange(number, dtype=np.int64) % classes
    points = _SHAPES[shape](random, labels, classes) + noise * random.standard_normal((number, 2))
    table = Table(("x", "y"), points.astype(np.float32))
    return Samples("table", table, labels, _NAMES[:classes], names=[f"point {place}" for place in range(number)])


def _moons(random: np.random.Generator, labels: NDArray[np.int64], classes: int) -> Points:
    angle = random.uniform(0.0, np.pi, len(labels))
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return np.where(labels[:, np.newaxis] == 0, upper, lower) - (0.5, 0.25)


def _circles(random: np.random.Generator, labels: NDArray[np.int64], classes: int) -> Points:
    angle = random.uniform(0.0, 2 * np.pi, len(labels))
    return _polar(np.where(labels == 0, 1.0, 0.45), angle)


def _spirals(random: np.random.Generator, labels: NDArray[np.int64], classes: int) -> Points:
    # The square root spreads the points evenly over the plane: further out an arm is longer.
    along = np.sqrt(random.uniform(0.02, 1.0, len(labels)))
    return _polar(1.5 * along, 2 * np.pi * (_TURNS * along + labels / classes))


def _xor(random: np.random.Generator, labels: NDArray[np.int64], classes: int) -> Points:
    x = random.uniform(-1.0, 1.0, len(labels))
    # Of the first class are points whose signs agree.
    y = np.copysign(random.uniform(0.0, 1.0, len(labels)), x) * np.where(labels == 0, 1.0, -1.0)
    return np.stack([x, y], axis=1)


def _clouds(random: np.random.Generator, labels: NDArray[np.int64], classes: int) -> Points:
    spread = 0.35 * random.standard_normal((len(labels), 2))
    return _polar(np.ones(len(labels)), 2 * np.pi * labels / classes + np.pi / 4) + spread


def _polar(radius: Points, angle: Points) -> Points:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


_SHAPES: dict[str, Callable[[np.random.Generator, NDArray[np.int64], int], Points]] = {
    "moons": _moons,
    "circles": _circles,
    "spirals": _spirals,
    "xor": _xor,
    "clouds": _clouds,
}


@hookimpl
def register_data_sources() -> DataSource:
    return DataSource(
        "toy",
        load,
        title="Points in a plane",
        summary="Moons, circles, spirals and other shapes; a network's boundary between them is drawn while it learns",
        when="To see how width, depth, activation and learning rate shape what a network can tell apart.",
        notes=(
            "There are two columns, so the Train page draws the boundary between the classes over the points.",
            "Circles, spirals and xor cannot be told apart by a straight line: a network without hidden layers fails.",
        ),
    )
