"""What a pretrained network sees in each picture, as one vector: for whatever compares pictures before any training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from desktop_app.engine.data.feature_cache import FeatureCache, features_folder
from desktop_app.engine.data.feature_keys import content_names
from desktop_app.engine.data.features import FEATURE_BATCH, ComputedEachTime, FrozenPart, Wanted, compute_features
from desktop_app.engine.data.pictures import decode, in_threads
from desktop_app.engine.data.sample_names import known_file
from desktop_app.engine.device import choose_device, memory_for_data
from desktop_app.engine.networks.preprocessing import PicturePreprocessing
from desktop_app.engine.task import PictureInput
from desktop_app.errors import DataError
from desktop_app.reading.pictures import fit_picture
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

    A picture that cannot be read has a row of NaN. Rows come from the feature cache where they are there, as those of a
    run with this backbone at its own size are, and go into it: who cancels loses nothing.
    """
    device = choose_device("auto")
    built = registry.backbones[BACKBONE].create("pretrained")
    into = PictureInput.by(built.preprocessing)
    preprocessing = PicturePreprocessing(built.preprocessing.mean, built.preprocessing.std).to(device)
    blocks = [block.to(device).eval() for block in built.blocks]
    frozen, cut = FrozenPart(preprocessing, blocks), len(blocks)
    with FeatureCache(features_folder()) as cache:
        names = _names(items, into, cache, lambda: report(0, len(items)))
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
    pooled = [found.mean((2, 3)).to("cpu", torch.float32).numpy() for found in features.batches(batches)]
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
            yield torch.from_numpy(np.stack(list(in_threads(self._decoded, some)))).to(self._device)

    def _decoded(self, item: Any) -> NDArray[np.uint8]:
        picture = _decoded(item, self._into)
        if picture is None:
            raise DataError(f'The picture "{item}" was changed while it was read; try again.')
        return picture

    def __len__(self) -> int:
        return len(self._items)


def _names(
    items: Sequence[Any] | NDArray[np.uint8], into: PictureInput, cache: FeatureCache, between: Callable[[], None]
) -> list[bytes | None]:
    """Return the name of each picture's content, ``None`` of those that cannot be read; known files are not decoded."""
    names: list[bytes | None] = [None] * len(items)
    files = {place: known for place, item in enumerate(items) if (known := known_file(item)) is not None}
    rule = into.model_dump_json()
    for place, name in zip(files, cache.recall_files(list(files.values()), rule), strict=True):
        names[place] = name
    unknown = [place for place, name in enumerate(names) if name is None]
    found: dict[int, bytes] = {}
    for place, picture in zip(unknown, in_threads(lambda place: _decoded(items[place], into), unknown), strict=True):
        between()
        if picture is not None:
            found[place] = names[place] = content_names(torch.from_numpy(picture[None]))[0]
    fresh = [place for place in found if place in files]
    cache.remember_files([files[place] for place in fresh], rule, [found[place] for place in fresh])
    return names


def _decoded(item: Any, into: PictureInput) -> NDArray[np.uint8] | None:
    try:
        if isinstance(item, str | Path):
            return decode(Path(item), into)
        return fit_picture(Image.fromarray(item), (into.height, into.width), into.rule, into.interpolation)
    except DataError:
        return None
