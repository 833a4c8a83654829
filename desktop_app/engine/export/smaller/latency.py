"""How fast exported files answer here: one sample alone, and in a batch."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from desktop_app.engine.export.exported import Latency
from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.providers import choose_providers
from desktop_app.inference.sessions import open_session, short

_BATCH = 32
_WARM_UP = 2
_FEWEST_ROUNDS = 3


def measure_latency(
    path: Path,
    providers: str | Sequence[str] = "auto",
    *,
    threads: int = 0,
    seconds: float = 2.0,
    report: Callable[[float], None] = lambda share: None,
) -> Latency:
    """Measure one file; see ``measure_latencies``."""
    (found,) = measure_latencies((path,), providers, threads=threads, seconds=seconds, report=report)
    return found


def measure_latencies(
    paths: Sequence[Path],
    providers: str | Sequence[str] = "auto",
    *,
    threads: int = 0,
    seconds: float = 2.0,
    report: Callable[[float], None] = lambda share: None,
) -> tuple[Latency, ...]:
    """Return each file's latency, in the files' order, with inputs that are already decoded.

    The files take turns, so that whatever else the machine does slows all of them alike. ``seconds`` is the time for
    each file; a slow one takes longer, because every file is run at least three times. ``threads`` of 0 is one a core.
    ``report`` is called after every run with the share done; what it raises ends the measuring.
    Raises: ``ModelError`` for a file that cannot be opened or run.
    """
    threads = threads or psutil.cpu_count(logical=False) or os.cpu_count() or 1
    timed = [_Timed(path, providers, threads) for path in paths]
    budget = seconds * len(timed)
    began = time.perf_counter()
    for each in timed:
        for _ in range(_WARM_UP):
            each.run(1)
        each.run(_BATCH)
        report(0.0)
    rounds = 0
    while rounds < _FEWEST_ROUNDS or time.perf_counter() - began < budget:
        for each in timed:
            each.single.append(each.run(1))
            each.batch.append(each.run(_BATCH) / _BATCH)
            spent = (time.perf_counter() - began) / budget if budget else 1.0
            report(min(1.0, spent))
        rounds += 1
    report(1.0)
    return tuple(each.latency(threads) for each in timed)


class _Timed:
    """One open file with its times in seconds a sample."""

    def __init__(self, path: Path, providers: str | Sequence[str], threads: int) -> None:
        self._path = path
        self.single: list[float] = []
        self.batch: list[float] = []
        chosen = choose_providers(providers)
        # Threads that spin, as they may where one file alone is served, would take the cores from the next one.
        self._session = open_session(path, chosen, "throughput", threads).session
        self._inputs = {size: self._input(size) for size in (1, _BATCH)}

    def run(self, size: int) -> float:
        """Run one batch and return the seconds it took."""
        began = time.perf_counter()
        try:
            self._session.run(None, self._inputs[size])
        except Exception as error:  # ONNX Runtime's border
            raise ModelError(f'The model "{self._path}" failed on {size} inputs: {short(error)}.') from error
        return time.perf_counter() - began

    def latency(self, threads: int) -> Latency:
        """Return the medians."""
        return Latency(
            provider=self._session.get_providers()[0],
            threads=threads,
            batch=_BATCH,
            single_ms=1000 * statistics.median(self.single),
            batch_ms=1000 * statistics.median(self.batch),
        )

    def _input(self, size: int) -> dict[str, NDArray[Any]]:
        given = self._session.get_inputs()[0]
        sides = list(given.shape[1:])
        metadata = Metadata.from_props(self._session.get_modelmeta().custom_metadata_map, self._path)
        if metadata.resize is not None and not all(isinstance(side, int) for side in sides):
            # A graph that resizes by itself is given pictures of the size that it resizes to.
            sides = [3, *metadata.resize.size] if metadata.pixels.layout == "nchw" else [*metadata.resize.size, 3]
        drawn = np.random.default_rng(0)
        if given.type == "tensor(uint8)":
            return {given.name: drawn.integers(0, 256, (size, *sides), dtype=np.uint8)}
        return {given.name: drawn.random((size, *sides), dtype=np.float32)}
