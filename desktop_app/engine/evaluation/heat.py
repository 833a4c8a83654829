"""Where in a picture a network found what speaks for a class: Grad-CAM, by way of captum.

Selvaraju and others, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from desktop_app.engine.data.pictures import decode, fit_array
from desktop_app.engine.networks.build import Model
from desktop_app.engine.task import PictureInput, Task
from desktop_app.errors import ModelError


@dataclass(frozen=True, eq=False)
class Heat:
    """``picture`` is what the network sees, ``uint8 [height, width, 3]``; ``heat`` is ``float32 [height, width]``.

    ``heat`` is 0 where nothing speaks for the class, and 1 where most does; all 0 where nothing does anywhere.
    """

    picture: NDArray[np.uint8]
    heat: NDArray[np.float32]


def heat_map(model: Model, task: Task, item: Any, place: int) -> Heat:
    """Return the heat map of one picture (a path or ``uint8 [height, width, 3]``) for the class at ``place``.

    Raises: ``ModelError`` where the network has no feature maps to look at, ``DataError`` for an unreadable picture.
    """
    from captum.attr import LayerAttribution, LayerGradCam

    into = task.input
    if not isinstance(into, PictureInput) or not task.is_classification:
        raise ModelError("Where a network looks can be shown for pictures with classes only.")
    picture = decode(Path(item), into) if isinstance(item, str | Path) else fit_array(np.asarray(item)[None], into)[0]
    inputs = model.preprocessing(torch.from_numpy(picture[None]).to(_device_of(model.network)))
    layer = last_feature_map(model.network, inputs)

    def logits(values: Tensor) -> Tensor:
        found: Tensor = model.network(values)
        return torch.cat([-found, found], dim=1) if task.output == "sigmoid" else found

    with torch.enable_grad():
        found = LayerGradCam(logits, layer).attribute(inputs, target=place, relu_attributions=True)
    spread = LayerAttribution.interpolate(found.detach(), (into.height, into.width), "bilinear")
    heat = spread[0, 0].clamp(min=0.0).cpu().numpy().astype(np.float32)
    highest = float(heat.max())
    return Heat(picture, heat / highest if np.isfinite(highest) and highest > 0 else np.zeros_like(heat))


def last_feature_map(network: nn.Module, inputs: Tensor) -> nn.Module:
    """Return the layer that gives the last feature map with more than one place, found by running ``inputs`` once.

    Raises: ``ModelError`` where there is none, or where pictures go on as rows of patches, which have no such map.
    """
    found: list[nn.Module] = []
    patches: list[str] = []

    def look(module: nn.Module, _inputs: Any, output: Any) -> None:
        if not isinstance(output, Tensor):
            return
        if output.ndim == 4 and output.shape[-1] * output.shape[-2] > 1:
            found.append(module)
            patches.clear()
        elif output.ndim == 3 and output.shape[1] > 1:
            patches.append(type(module).__name__)

    leaves = [module for module in network.modules() if not list(module.children())]
    hooks = [module.register_forward_hook(look) for module in leaves]
    try:
        with torch.no_grad():
            network(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    if not found:
        raise ModelError("This network has no feature maps: it takes a picture as one row of numbers.")
    if patches:
        raise ModelError("This network takes a picture as rows of patches and has no feature map at its end.")
    return found[-1]


def _device_of(network: nn.Module) -> torch.device:
    return next((weight.device for weight in network.parameters()), torch.device("cpu"))
