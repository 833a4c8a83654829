"""What a pretrained network sees in each picture, as one vector: for whatever compares pictures before any training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from desktop_app.engine.data.features import FEATURE_BATCH, padded
from desktop_app.engine.data.pictures import decode, in_threads
from desktop_app.engine.device import choose_device
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

    A picture that cannot be read has a row of NaN.
    """
    device = choose_device("auto")
    built = registry.backbones[BACKBONE].create("pretrained")
    into = PictureInput.by(built.preprocessing)
    preprocessing = PicturePreprocessing(built.preprocessing.mean, built.preprocessing.std)
    network = torch.nn.Sequential(preprocessing, *built.blocks).to(device).eval()
    rows: list[Tensor] = []
    readable: list[bool] = []
    waiting: list[NDArray[np.uint8]] = []
    for done, picture in enumerate(in_threads(lambda item: _decoded(item, into), items), start=1):
        readable.append(picture is not None)
        waiting.append(np.zeros((into.height, into.width, 3), np.uint8) if picture is None else picture)
        if len(waiting) == FEATURE_BATCH or done == len(items):
            with torch.no_grad():
                features = network(padded(torch.from_numpy(np.stack(waiting)).to(device)))
            rows.append(features.mean((2, 3))[: len(waiting)].to("cpu", torch.float32))
            waiting = []
            report(done, len(items))
    values: NDArray[np.float32] = torch.cat(rows).numpy() if rows else np.empty((0, 0), np.float32)
    values[~np.array(readable, dtype=bool)] = np.nan
    return values


def _decoded(item: Any, into: PictureInput) -> NDArray[np.uint8] | None:
    try:
        if isinstance(item, str | Path):
            return decode(Path(item), into)
        return fit_picture(Image.fromarray(item), (into.height, into.width), into.rule, into.interpolation)
    except DataError:
        return None
