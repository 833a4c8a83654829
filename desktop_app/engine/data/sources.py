"""Hands out batches of raw values on the device: from memory where they fit, from files where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
import psutil
import torch
from torch import Tensor

from desktop_app.engine.data.pictures import decode
from desktop_app.engine.device import moved
from desktop_app.engine.task import PictureInput


class Source(Protocol):
    """Samples by place."""

    def batches(self, places: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield the samples of each tensor of places (``int64`` on the CPU), on the device."""
        ...

    def __len__(self) -> int: ...


class InMemory:
    """Samples that lie on the device as one tensor."""

    def __init__(self, values: Tensor) -> None:
        self.values = values

    def batches(self, places: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield rows of the tensor."""
        for batch in places:
            yield self.values.index_select(0, moved(batch, self.values.device))

    def __len__(self) -> int:
        return len(self.values)


class FromFiles:
    """Pictures that do not fit into memory: decoded one batch ahead of the training."""

    def __init__(self, files: Sequence[Path], to: PictureInput, device: torch.device) -> None:
        self.files = files
        self.to = to
        self._device = device

    def batches(self, places: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield decoded pictures, ``uint8 [batch, height, width, 3]``."""
        with ThreadPoolExecutor(max_workers=psutil.cpu_count() or 1, thread_name_prefix="pictures") as pool:
            waiting: list[list[object]] = []
            for batch in places:
                waiting.append([pool.submit(decode, self.files[place], self.to) for place in batch.tolist()])
                if len(waiting) > 1:
                    yield self._gathered(waiting.pop(0))
            for pending in waiting:
                yield self._gathered(pending)

    def _gathered(self, pending: list[object]) -> Tensor:
        pictures = np.stack([future.result() for future in pending])  # type: ignore[attr-defined]
        return moved(torch.from_numpy(pictures), self._device)

    def __len__(self) -> int:
        return len(self.files)


def shuffled_batches(places: Tensor, batch_size: int, seed: tuple[int, ...]) -> list[Tensor]:
    """Return one epoch's places in an order drawn from ``seed`` alone; a last single sample joins the batch before."""
    generator = torch.Generator().manual_seed(mixed(seed))
    return in_batches(places[torch.randperm(len(places), generator=generator)], batch_size)


def in_batches(places: Tensor, batch_size: int) -> list[Tensor]:
    """Cut places into batches; a last batch of one sample joins the one before it."""
    batches = list(torch.split(places, batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1 < batch_size:
        last = batches.pop()
        batches[-1] = torch.cat([batches[-1], last])
    return batches


def mixed(seed: tuple[int, ...]) -> int:
    """Return one seed of 64 bits from several numbers."""
    return int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] >> np.uint64(1))
