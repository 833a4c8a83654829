"""Training samples that a smaller file is made with; the validation samples are only there to judge it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import named_samples
from desktop_app.errors import DataError
from desktop_app.inference.metadata import Metadata
from desktop_app.registry import Registry

_MOST = 200
_SEED = 0
# Of fewer samples than this both halves would be too small: then all of them serve for both.
_FEWEST_TO_SPLIT = 40
_BATCH = 8

Feed = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class TrainingDraw:
    """Raw values as files give them, ``uint8 [n, height, width, 3]`` or ``float32 [n, columns]``.

    ``measured`` is what the ranges of the layers are measured on, ``tried`` what the ways of quantising are compared
    on; each holds the classes alike often, as far as there are enough of them.
    """

    measured: NDArray[Any]
    tried: NDArray[Any]

    @classmethod
    def of(cls, run: Run, registry: Registry) -> TrainingDraw:
        """Draw up to 200 training samples of a run, always the same ones, and read them as training does.

        Raises: ``DataError`` where they are not there any more.
        """
        names = run.files.read_json(run.files.split)["training"]
        samples = named_samples(run, registry, names)
        if not len(samples):
            raise DataError(
                f"The run {run.folder.name} has no training samples that a smaller file could be made with."
            )
        places = balanced(samples.labels, len(samples), _MOST)
        drawn = named_samples(run, registry, [names[place] for place in places])
        raw = np.concatenate(list(drawn.batches(_BATCH)))
        if len(raw) < _FEWEST_TO_SPLIT:
            return cls(raw, raw)
        tried = _turns(drawn.labels, np.arange(len(raw))) % 3 == 2
        return cls(raw[~tried], raw[tried])


def balanced(labels: NDArray[np.int64] | None, count: int, most: int) -> list[int]:
    """Return up to ``most`` places out of ``count``, none twice, the classes in turn where there are ``labels``."""
    order = np.random.default_rng(_SEED).permutation(count)
    if labels is not None:
        order = order[np.argsort(_turns(labels, order), kind="stable")]
    return [int(place) for place in order[:most]]


def _turns(labels: NDArray[np.int64] | None, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each place in ``order`` how many of its class came before it."""
    if labels is None:
        return np.arange(len(order))
    seen: dict[int, int] = {}
    turns = np.empty(len(order), dtype=np.int64)
    for turn, place in enumerate(order):
        label = int(labels[place])
        turns[turn] = seen[label] = seen.get(label, -1) + 1
    return turns


def feeds(model: onnx.ModelProto, raw: NDArray[Any], size: int = _BATCH) -> Iterator[Feed]:
    """Yield batches of raw values as the graph of ``model`` takes them."""
    pixels = Metadata.from_props({each.key: each.value for each in model.metadata_props}).pixels
    name = model.graph.input[0].name
    for start in range(0, len(raw), size):
        batch = raw[start : start + size]
        if batch.dtype == np.uint8:
            if pixels.type == "float32":
                mean, std = np.array(pixels.mean, dtype=np.float32), np.array(pixels.std, dtype=np.float32)
                batch = (batch.astype(np.float32) / 255.0 - mean) / std
            if pixels.layout == "nchw":
                batch = batch.transpose(0, 3, 1, 2)
        yield {name: np.ascontiguousarray(batch)}
