"""Which picture is which, by content; files that are known are not read to find out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from desktop_app.engine.data.feature_cache import FeatureCache, KnownFile
from desktop_app.engine.data.feature_keys import content_names
from desktop_app.engine.data.pictures import decode_any, in_threads
from desktop_app.engine.data.sources import FromFiles, Source
from desktop_app.engine.task import PictureInput
from desktop_app.errors import DataError

_BATCH = 32
# What is lost to a kill, and the transactions that are paid for it.
_REMEMBERED_AT_ONCE = 256


@dataclass(frozen=True)
class NamedPictures:
    """The name of each picture's content; ``None`` where it cannot be read, and ``problems`` says why, by place."""

    names: list[bytes | None]
    problems: dict[int, str]


def name_pictures(
    items: Sequence[Any] | NDArray[Any], to: PictureInput, cache: FeatureCache, report: Callable[[int], None]
) -> NamedPictures:
    """Return the names of files, or of ``uint8 [height, width, 3]`` each, as they are once they are resized.

    A file that has the path, size and time of last change that it had before is known, and is not read: it could be
    read then.

    Args:
        report: Called with the number of pictures that were looked at; may raise to cancel.
    """
    rule = to.model_dump_json()
    files = {place: known for place, item in enumerate(items) if (known := known_file(item)) is not None}
    recalled = dict(zip(files, cache.recall_files(list(files.values()), rule), strict=True))
    names: list[bytes | None] = [recalled.get(place) for place in range(len(items))]
    unknown = [place for place, name in enumerate(names) if name is None]
    problems: dict[int, str] = {}
    fresh: dict[int, bytes] = {}

    def look_at(place: int) -> bytes | DataError:
        try:
            return content_names(torch.from_numpy(decode_any(items[place], to)[None]))[0]
        except DataError as error:
            return error

    def remember() -> None:
        cache.remember_files([files[place] for place in fresh], rule, list(fresh.values()))
        fresh.clear()

    try:
        # Closed at once where ``report`` cancels: whoever keeps that error would keep the threads.
        with contextlib.closing(in_threads(look_at, unknown)) as found:
            for done, (place, name) in enumerate(zip(unknown, found, strict=True), start=len(items) - len(unknown) + 1):
                if isinstance(name, DataError):
                    problems[place] = str(name)
                else:
                    names[place] = name
                    if place in files:
                        fresh[place] = name
                if len(fresh) == _REMEMBERED_AT_ONCE:
                    remember()
                report(done)
    finally:
        remember()
    return NamedPictures(names, problems)


def sample_names(source: Source, cache: FeatureCache, report: Callable[[int], None]) -> list[bytes]:
    """Return the name of each sample's content, see ``content_names``.

    ``report`` is called with the number of samples that were looked at and may raise to cancel. Of pictures that lie in
    memory the names take a second for 10,000.

    Raises: ``DataError`` for a file that cannot be read any more.
    """
    if isinstance(source, FromFiles):
        named = name_pictures(source.files, source.to, cache, report)
        for problem in named.problems.values():
            raise DataError(problem)
        return [name for name in named.names if name is not None]
    names: list[bytes] = []
    for raw in source.batches(torch.split(torch.arange(len(source)), _BATCH)):
        names += content_names(raw)
        report(len(names))
    return names


def known_file(item: object) -> KnownFile | None:
    """Return what tells whether a file is still what it was; ``None`` for what is no file, or is gone."""
    if not isinstance(item, str | Path):
        return None
    path = Path(item).absolute()
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return KnownFile(str(path), found.st_size, found.st_mtime_ns)
