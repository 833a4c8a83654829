"""Two small questions about tensors that many plugins ask."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

# Where ``torch.optim`` has fused kernels (torch 2.14); the ``meta`` device, for one, has none.
_FUSED_DEVICES = {"cpu", "cuda", "mps", "xpu"}


def fan_in_and_out(weight: Tensor) -> tuple[int, int]:
    """Return how many inputs feed each unit of ``weight`` and how many units each input feeds.

    A linear weight is ``[out, in]``; a convolution's ``[out, in/groups, *kernel]`` counts the kernel's area (length,
    volume) on both sides. How many groups there are cannot be told from the weight: as in ``torch.nn.init``, the
    outputs of all groups are counted. A transposed convolution's weight is ``[in, out/groups, *kernel]``, for which
    the two come out the other way round; hand its transpose in.

    Raises: ``ValueError`` for fewer than two dimensions, which have no fan (Glorot and Bengio 2010, section 4.2.1).
    """
    if weight.ndim < 2:
        raise ValueError(
            f"fan_in_and_out: a weight of shape {list(weight.shape)} has no fan; two dimensions are needed"
        )
    area = math.prod(weight.shape[2:])
    return weight.shape[1] * area, weight.shape[0] * area


def fused_kernels(params: Iterable[Any], devices: Container[str] = _FUSED_DEVICES) -> bool:
    """Return whether ``torch.optim``'s fused kernels can step all of ``params`` (tensors, groups or named pairs).

    ``devices`` narrows the kinds of device down for a rule that has such kernels on some of them only.
    """
    tensors: list[Tensor] = []
    for entry in params:
        found = entry["params"] if isinstance(entry, dict) else [entry]
        tensors += [item[1] if isinstance(item, tuple) else item for item in found]
    return bool(tensors) and all(tensor.device.type in devices and tensor.is_floating_point() for tensor in tensors)
