"""Decodes pictures on a few threads ahead of the model, within a bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from desktop_app.inference.answer import Prediction
from desktop_app.inference.metadata import Resize
from desktop_app.reading.pictures import PictureError, fit_picture, read_picture

Content = NDArray[np.uint8] | str | Prediction
"""A picture as RGB, or why it cannot be read, or what stood there in the place of one."""

_MOST_DECODERS = 4
_MOST_WHOLE_PIXELS = 25_000_000
"""Of pictures in their own size, which may have 80 million pixels, a batch ends with so many: 75 MB."""


class DecodedAhead:
    """Takes inputs and hands out batches of their pictures; used as a context, by one thread.

    While the model runs a batch, the next one is decoded; no more than two are in memory. Where the model resizes
    inside, pictures come as they are, and only as many as there are decoders are in memory beside a batch.
    """

    def __init__(self, inputs: Iterable[Path | Prediction], resize: Resize, batch_size: int) -> None:
        decoders = min(_MOST_DECODERS, os.cpu_count() or 1)
        self._inputs: Iterator[Path | Prediction] = iter(inputs)
        self._resize = resize
        self._batch_size = batch_size
        self._most_ahead = min(batch_size, decoders) if resize.inside else batch_size
        self._pool = ThreadPoolExecutor(decoders, thread_name_prefix="decoder")
        self._waiting: deque[tuple[Path | Prediction, Future[Content] | Prediction]] = deque()

    def take(self) -> list[tuple[Path | Prediction, Content]]:
        """Return the next batch in the inputs' order, [] where there are no more."""
        batch: list[tuple[Path | Prediction, Content]] = []
        pixels = 0
        while len(batch) < self._batch_size and pixels < _MOST_WHOLE_PIXELS:
            self._fill(self._most_ahead + (0 if self._resize.inside else self._batch_size - len(batch)))
            if not self._waiting:
                return batch
            entry, coming = self._waiting.popleft()
            content = coming if isinstance(coming, Prediction) else coming.result()
            batch.append((entry, content))
            if self._resize.inside and isinstance(content, np.ndarray):
                pixels += content.shape[0] * content.shape[1]
        self._fill(self._most_ahead)
        return batch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _fill(self, most: int) -> None:
        while len(self._waiting) < most:
            entry = next(self._inputs, None)
            if entry is None:
                return
            coming = entry if isinstance(entry, Prediction) else self._pool.submit(_decoded, entry, self._resize)
            self._waiting.append((entry, coming))


def _decoded(path: Path, resize: Resize) -> Content:
    """Return the picture in ``path``, or why it cannot be read; on a decoder's thread."""
    try:
        picture = read_picture(path)
        if resize.inside:
            return np.asarray(picture)
        return fit_picture(picture, resize.size, resize.rule, resize.interpolation)
    except PictureError as error:
        return error.problem
