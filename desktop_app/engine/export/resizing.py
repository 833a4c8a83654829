"""Resizes pictures inside an exported graph, as ``reading.pictures.fit_picture`` resizes files for training."""

from __future__ import annotations

from typing import NamedTuple

import PIL
import torch
from torch import Tensor, nn

from desktop_app.engine.task import PictureInput

# Half the width of Pillow's filters, in source pixels; where a picture shrinks they widen with it.
_SUPPORT = {"bilinear": 1.0, "bicubic": 2.0}

# Pillow's weights are multiples of 1/2²² (PRECISION_BITS), which float32 holds exactly; where a mean lies just between
# two values of a pixel, they decide.
_PILLOW_UNIT = 2.0**22
# What is clipped and rounded between the two passes depends on which comes first. From Pillow 13 on that is the one
# down the columns where it takes away more than twice as many pixels (its pull request 9549); before, never.
_PILLOW_MAY_BEGIN_DOWN = int(PIL.__version__.partition(".")[0]) >= 13


class _Axis(NamedTuple):
    """Where the pixels along one axis of the result come from.

    ``start`` and ``scale`` are in source pixels: result ``i`` of ``length`` covers ``start + i * scale`` and as much
    more. They lie from ``offset`` on in the finished picture. All are tensors without dimensions.
    """

    start: Tensor
    scale: Tensor
    offset: Tensor
    length: Tensor


class Resizing(nn.Module):
    """Map pictures of any size, ``[batch, 3, height, width]`` of values 0 to 255, to the size a network takes.

    The result, ``float32``, holds whole numbers, as pixels in a file would be. Each axis is one product with a matrix
    of filter weights that is worked out from the picture's size: the same box in fractions of pixels, filter, order of
    the passes and rounding after each of them as in Pillow. Where a mean falls just between two values, single pixels
    end up one step of 255 away; ``nearest`` is the same to the pixel. ``Resize`` of ONNX could neither cut a box in
    fractions nor pad, and a crop that scales the whole picture first would blow a strip of 1 x 10,000 pixels up to
    gigabytes.

    Places are worked out in float64: on a side of 10,000 pixels, float16 (which a smaller variant is made of) and the
    last bits of float32 would name other pixels.

    Source: Pillow's ``src/libImaging/Resample.c`` and, for ``nearest``, ``Geometry.c``; the cubic has a = -1/2.
    """

    def __init__(self, to: PictureInput) -> None:
        super().__init__()
        self.to_size = (to.height, to.width)
        self.rule = to.rule
        self.interpolation = to.interpolation

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the resized pictures, ``[batch, 3, height, width]``."""
        height, width = (torch.full((), side, dtype=torch.float64) for side in pictures.shape[2:])
        rows, columns = self._axes(height, width)
        if self.interpolation == "nearest":
            return self._nearest(pictures, rows, columns)
        across = self._weights(columns, self.to_size[1], pictures.shape[3])
        down = self._weights(rows, self.to_size[0], pictures.shape[2])
        pictures, across = pictures.to(torch.float32), across.transpose(0, 1)
        across_first = _as_pixels(down @ _as_pixels(pictures @ across))
        if not _PILLOW_MAY_BEGIN_DOWN:
            return across_first
        # Both are worked out: a branch in the graph would be out of reach for what makes smaller variants of it.
        down_first = _as_pixels(_as_pixels(down @ pictures) @ across)
        is_tall = (height > rows.length) & (height - rows.length > 2.0 * (width - columns.length))
        return torch.where(is_tall, down_first, across_first)

    def _axes(self, height: Tensor, width: Tensor) -> tuple[_Axis, _Axis]:
        """Return the axes of height and width."""
        sides = (height, width)
        lengths = tuple(torch.full((), side, dtype=torch.float64) for side in self.to_size)
        shares = tuple(length / side for length, side in zip(lengths, sides, strict=True))
        nothing = torch.zeros((), dtype=torch.float64)
        if self.rule == "crop":
            scale = torch.maximum(*shares)
            axes = []
            for side, length in zip(sides, lengths, strict=True):
                start, kept = _box(side, torch.minimum(length / scale, side))
                axes.append(_Axis(start, kept / length, nothing, length))
        elif self.rule == "pad":
            scale = torch.minimum(*shares)
            inner = [(side * scale).round().clamp(min=1.0) for side in sides]
            axes = [
                _Axis(nothing, side / part, ((length - part) / 2).floor(), part)
                for side, part, length in zip(sides, inner, lengths, strict=True)
            ]
        else:
            axes = [_Axis(nothing, side / length, nothing, length) for side, length in zip(sides, lengths, strict=True)]
        return axes[0], axes[1]

    def _weights(self, axis: _Axis, length: int, pixels: int) -> Tensor:
        """Return ``float32 [length, pixels]``: what share each source pixel has in each pixel of the result."""
        place = torch.arange(length, dtype=torch.float64)[:, None] - axis.offset
        centre = axis.start + (place + 0.5) * axis.scale
        distance = (torch.arange(pixels, dtype=torch.float64) + 0.5 - centre) / axis.scale.clamp(min=1.0)
        weight = _filter(self.interpolation, distance)
        weight = weight / weight.sum(dim=1, keepdim=True)
        weight = weight.sign() * (weight.abs() * _PILLOW_UNIT + 0.5).floor() / _PILLOW_UNIT
        # What is padded lies outside the source, and has no sum to be divided by.
        return torch.where(_within(place, axis), weight, 0.0).to(torch.float32)

    def _nearest(self, pictures: Tensor, rows: _Axis, columns: _Axis) -> Tensor:
        found = pictures
        for dimension, axis in ((3, columns), (2, rows)):
            length, pixels = self.to_size[dimension - 2], pictures.shape[dimension]
            # Pillow adds the scale up, pixel by pixel; at an edge between two pixels its last bit decides.
            steps = torch.where(torch.arange(length) == axis.offset, axis.start + axis.scale / 2, axis.scale)
            place = torch.arange(length, dtype=torch.float64) - axis.offset
            steps = torch.where(place < 0, 0.0, steps)
            taken = steps.cumsum(0).floor().to(torch.int64).clamp(min=0).minimum(torch.full((), pixels - 1))
            shape = [1, 1, 1, 1]
            shape[dimension] = length
            inside = _within(place, axis).reshape(shape).to(pictures.dtype)
            found = found.index_select(dimension, taken) * inside
        return found.to(torch.float32)


def _box(side: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
    """Return start and length of the middle part of an axis, with the bits that Pillow's box in float32 leaves."""
    start = (side - kept) / 2
    first, last = start.to(torch.float32), (start + kept).to(torch.float32)
    return first.to(torch.float64), (last - first).to(torch.float64)


def _within(place: Tensor, axis: _Axis) -> Tensor:
    return (place >= 0) & (place < axis.length)


def _filter(interpolation: str, distance: Tensor) -> Tensor:
    """Return the filter's height at each distance from its centre, 0 beyond its support."""
    x = distance.abs().clamp(max=_SUPPORT[interpolation])
    if interpolation == "bilinear":
        return 1.0 - x
    near = (1.5 * x - 2.5) * x * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return torch.where(x < 1.0, near, far)


def _as_pixels(values: Tensor) -> Tensor:
    """Return whole numbers from 0 to 255, halves rounded up."""
    return (values.clamp(0.0, 255.0) + 0.5).floor()
