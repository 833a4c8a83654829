"""What a pretrained network sees in each picture, as one vector: for whatever compares pictures before any training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from desktop_app.engine.data.feature_cache import FeatureCache, features_folder
from desktop_app.engine.data.features import (
    FEATURE_BATCH,
    ComputedEachTime,
    FrozenPart,
    Wanted,
    averaged,
    compute_features,
)
from desktop_app.engine.data.pictures import decode_any, in_threads
from desktop_app.engine.data.sample_names import name_pictures
from desktop_app.engine.device import choose_device, memory_for_data
from desktop_app.engine.networks.preprocessing import PicturePreprocessing
from desktop_app.engine.task import PictureInput
from desktop_app.registry import Registry

BACKBONE = "efficientnet_lite0"
"""Its weights are installed with the application."""


def picture_features(
    items: Sequence[Any] | NDArray[np.uint8],
    registry: Registry,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> NDArray[np.float32]:
    """Return one vector a picture, ``float32 [pictures, features]``: the backbone's features, averaged over the places.

    Args:
        items: Paths, or ``uint8 [height, width, 3]`` each.
        report: Called with the number done and the total; may raise to cancel.

    Raises: ``DataError`` where a file that could be read a moment ago cannot be read any more.

    A picture that cannot be read has a row of NaN. Rows come from the feature cache where they are there, as those of a
    run with this backbone at its own size are, and go into it: who cancels loses nothing.
    """
    device = choose_device("auto")
    built = registry.backbones[BACKBONE].create("pretrained")
    into = PictureInput.by(built.preprocessing)
    preprocessing = PicturePreprocessing(built.preprocessing.mean, built.preprocessing.std).to(device)
    blocks = [block.to(device).eval() for block in built.blocks]
    frozen, cut = FrozenPart(preprocessing, averaged(blocks)), len(blocks)
    with FeatureCache(features_folder()) as cache:
        names = name_pictures(items, into, cache, lambda looked_at: report(0, len(items))).names
        readable = [place for place, name in enumerate(names) if name is not None]
        if not readable:
            return np.full((len(items), 0), np.nan, np.float32)
        source = _Pictures([items[place] for place in readable], into, device)
        wanted = Wanted(source, torch.arange(len(source)), [name for name in names if name is not None])
        unreadable = len(items) - len(readable)

        def tell(done: int) -> None:
            report(done + unreadable, len(items))

        kept = compute_features(wanted, frozen, [cut], tell, memory_for_data(device), cache)
    features = kept.get(cut) or ComputedEachTime(source, frozen, cut)
    batches = torch.split(wanted.places, FEATURE_BATCH)
    pooled = [found[:, :, 0, 0].to("cpu", torch.float32).numpy() for found in features.batches(batches)]
    values = np.full((len(items), pooled[0].shape[1]), np.nan, np.float32)
    values[readable] = np.concatenate(pooled)
    return values


class _Pictures:
    """Pictures of any kind as a source, decoded when they are asked for."""

    def __init__(self, items: Sequence[Any], into: PictureInput, device: torch.device) -> None:
        self._items = items
        self._into = into
        self._device = device

    def batches(self, places: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield decoded pictures, ``uint8 [batch, height, width, 3]``."""
        for batch in places:
            some = [self._items[place] for place in batch.tolist()]
            pictures = list(in_threads(lambda item: decode_any(item, self._into), some))
            yield torch.from_numpy(np.stack(pictures)).to(self._device)

    def __len__(self) -> int:
        return len(self._items)
