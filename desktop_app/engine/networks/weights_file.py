"""Whether the weights in a file fit a backbone, before anything is trained: names and shapes, no numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from desktop_app.api import Backbone, BuiltBackbone, WeightsReport, load_weights


def compare_weights(backbone: Backbone, file: Path) -> WeightsReport:
    """Return how far the tensors in ``file`` fit ``backbone``, which is built on the ``meta`` device to be compared.

    Of a .safetensors file only the header is read. Takes up to some seconds.
    Raises: ``DataError`` where the file cannot be read or does not fit; ``PluginError`` where the backbone fails.
    """
    with torch.device("meta"):
        built = BuiltBackbone(*backbone.create("random"))
    settings: Any = getattr(built.module, "pretrained_cfg", None) or {}  # timm's way to name the classifier
    classifiers = settings.get("classifier") or ()
    names = (classifiers,) if isinstance(classifiers, str) else tuple(classifiers)
    return load_weights(built.module, file, ignore=tuple(f"{name}." for name in names), used=built.blocks)
