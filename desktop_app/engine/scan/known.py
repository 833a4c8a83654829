"""What earlier scans saw, by file: a picture that did not change is not decoded twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.data.pictures import in_threads
from desktop_app.engine.scan.finding import Report
from desktop_app.engine.scan.look import Look, look_at
from desktop_app.registry import Registry

Key = tuple[Any, ...]
# Between two reports of the features' progress there is a batch; a whole set at once could not be cancelled.
_FEATURES_AT_ONCE = 512


class Known:
    """Looks and feature vectors of the pictures of the last scan: about 1 kB and 5 kB a picture.

    A scan that is cancelled leaves behind what it saw, for the next one. One scan at a time is meant to use it; one
    that has not noticed yet that it was cancelled does no harm, as it would write the same.
    """

    def __init__(self) -> None:
        self._looks: dict[Key, Look] = {}
        self._vectors: dict[Key, NDArray[np.float32]] = {}

    def look_at_all(self, items: Sequence[Any], report: Report) -> list[Look]:
        """Return a look at each of ``items``, decoding in threads those that are new or were changed."""
        keys = [key_of(item) for item in items]
        looks = {key: self._looks[key] for key in keys if key in self._looks}
        self._looks = looks
        new = {key: item for key, item in zip(keys, items, strict=True) if key not in looks}
        for done, (key, look) in enumerate(in_threads(lambda pair: (pair[0], look_at(pair[1])), new.items()), start=1):
            looks[key] = look
            report("Looking at pictures", done, len(new))
        return [looks[key] for key in keys]

    def without_vectors(self, items: Sequence[Any]) -> int:
        """Return of how many of ``items`` no features are known."""
        return sum(key_of(item) not in self._vectors for item in items)

    def vectors_of(self, items: Sequence[Any], registry: Registry, report: Report) -> NDArray[np.float32]:
        """Return the features of each of ``items``, ``float32 [items, features]``; NaN where one cannot be read."""
        from desktop_app.engine.data.picture_features import picture_features

        keys = [key_of(item) for item in items]
        vectors = {key: self._vectors[key] for key in keys if key in self._vectors}
        self._vectors = vectors
        new = [(key, item) for key, item in zip(keys, items, strict=True) if key not in vectors]
        for start in range(0, len(new), _FEATURES_AT_ONCE):
            part = new[start : start + _FEATURES_AT_ONCE]

            def tell(done: int, _total: int, start: int = start) -> None:
                report("Comparing labels with pictures", start + done, len(new))

            tell(0, 0)
            found = picture_features([item for _, item in part], registry, tell)
            vectors.update(zip([key for key, _ in part], found, strict=True))
        return np.stack([vectors[key] for key in keys])


def key_of(item: Any) -> Key:
    """Return what stays the same as long as a picture does: a file's path, time and size, or a hash of its pixels."""
    if isinstance(item, str | Path):
        try:
            state = os.stat(item)
        except OSError:
            return (str(item), 0, 0)
        return (str(item), state.st_mtime_ns, state.st_size)
    return (hashlib.blake2b(np.ascontiguousarray(item).tobytes(), digest_size=16).digest(), *np.shape(item))
