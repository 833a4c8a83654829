"""Picture files into one array, several at a time; decoding gives up the interpreter lock, so threads help."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psutil
from numpy.typing import NDArray
from PIL import Image

from desktop_app.engine.task import PictureInput
from desktop_app.errors import DataError
from desktop_app.reading.pictures import fit_picture, read_picture

_AHEAD = 64
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class ReadPictures:
    """``pictures`` is ``uint8 [n, height, width, 3]``; ``problems`` names what could not be read, by place."""

    pictures: NDArray[np.uint8]
    problems: dict[int, str]


def decode(file: Path, to: PictureInput) -> NDArray[np.uint8]:
    """Return one file as ``uint8 [height, width, 3]``. Raises ``DataError`` where it cannot be read."""
    return fit_picture(read_picture(Path(file)), (to.height, to.width), to.rule, to.interpolation)


def decode_any(item: Any, to: PictureInput) -> NDArray[np.uint8]:
    """Return a file, or a picture ``uint8 [height, width, 3]``, as ``decode`` does."""
    if isinstance(item, str | Path):
        return decode(Path(item), to)
    return fit_picture(Image.fromarray(item), (to.height, to.width), to.rule, to.interpolation)


def read_pictures(files: Sequence[Path], to: PictureInput, report: Callable[[int], None]) -> ReadPictures:
    """Decode all ``files``; ``report`` is called with the number done, and may raise to cancel."""
    pictures = np.zeros((len(files), to.height, to.width, 3), dtype=np.uint8)
    problems: dict[int, str] = {}

    def read(place: int) -> None:
        try:
            pictures[place] = decode(files[place], to)
        except DataError as error:
            problems[place] = str(error)

    for done, _ in enumerate(in_threads(read, range(len(files))), start=1):
        report(done)
    return ReadPictures(pictures, dict(sorted(problems.items())))


def check_pictures(files: Sequence[Path], report: Callable[[int], None]) -> dict[int, str]:
    """Decode all ``files`` without keeping them, and return what could not be read, by place."""
    problems: dict[int, str] = {}

    def check(place: int) -> None:
        try:
            read_picture(Path(files[place]))
        except DataError as error:
            problems[place] = str(error)

    for done, _ in enumerate(in_threads(check, range(len(files))), start=1):
        report(done)
    return dict(sorted(problems.items()))


def fit_array(pictures: NDArray[np.uint8], to: PictureInput) -> NDArray[np.uint8]:
    """Return pictures that are in memory already, resized by the rule that files are resized by."""
    if pictures.shape[1:3] == (to.height, to.width):
        return pictures
    fitted = np.empty((len(pictures), to.height, to.width, 3), dtype=np.uint8)
    for place, picture in enumerate(pictures):
        fitted[place] = fit_picture(Image.fromarray(picture), (to.height, to.width), to.rule, to.interpolation)
    return fitted


def in_threads(function: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
    """Yield ``function`` of each item in order, with a bounded number under way."""
    items = iter(items)
    with ThreadPoolExecutor(max_workers=psutil.cpu_count() or 1, thread_name_prefix="pictures") as pool:
        waiting: deque[Future[R]] = deque(pool.submit(function, item) for item in itertools.islice(items, _AHEAD))
        try:
            while waiting:
                yield waiting.popleft().result()
                for item in itertools.islice(items, 1):
                    waiting.append(pool.submit(function, item))
        finally:
            for future in waiting:
                future.cancel()
