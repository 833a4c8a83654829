"""Options about an ONNX file: what runs it, and what it takes and gives where it does not say so itself."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.inference.metadata import Metadata

_LARGEST_SIDE = 16384
_MOST_THREADS = 1024
_LARGEST_BATCH = 100_000


def add_session(parser: argparse.ArgumentParser) -> None:
    """Add what runs the model and how."""
    group = parser.add_argument_group("how it runs")
    group.add_argument(
        "--provider", type=_provider, default="auto", help="auto, cpu, cuda, tensorrt, directml or coreml; default auto"
    )
    group.add_argument(
        "--threads", type=_between(0, _MOST_THREADS), default=0, metavar="N", help="processor threads, 0 for all"
    )
    group.add_argument(
        "--batch-size", type=_between(1, _LARGEST_BATCH), default=32, metavar="N", help="inputs at once; default 32"
    )
    group.add_argument("--latency", action="store_true", help="one input at a time, each as soon as can be")


def add_description(parser: argparse.ArgumentParser) -> None:
    """Add what a person can say of a model that Downslope did not write."""
    group = parser.add_argument_group("what a model of others takes and gives (or MODEL.json beside it says so)")
    group.add_argument("--labels", metavar="FILE|a,b,c", help="the labels in the outputs' order")
    group.add_argument("--size", type=_size, metavar="N|HxW", help="pixels that pictures are brought to")
    group.add_argument("--rule", choices=("crop", "stretch", "pad"), help="how they are brought to it")
    group.add_argument("--mean", type=_three, metavar="R,G,B", help="taken from pixels of 0 to 1 where it takes floats")
    group.add_argument("--std", type=_divisors, metavar="R,G,B", help="what they are divided by then")
    group.add_argument("--layout", choices=("nhwc", "nchw"), help="where the channels are, if the file leaves it open")


def described(arguments: argparse.Namespace) -> Metadata | None:
    """Return what the options say of the model, with all else as it says itself; ``None`` where they say nothing.

    Raises: ``ModelError`` where the file cannot be used or nothing says what its outputs mean; ``DataError`` for labels
        that cannot be read.
    """
    picture = (arguments.size, arguments.rule)
    pixels = (arguments.mean, arguments.std, arguments.layout)
    if not any((arguments.labels, *picture, *pixels)):
        return None
    from desktop_app.errors import ModelError
    from desktop_app.inference.description import UndescribedModelError, read_labels
    from desktop_app.inference.metadata import Metadata, Resize
    from desktop_app.inference.onnx_session import metadata_of

    known = metadata_of(arguments.model)
    if known is None and not arguments.labels:
        raise UndescribedModelError(arguments.model)
    known = known or Metadata()
    if arguments.labels:
        known = replace(known, labels=read_labels(arguments.labels), task="classification")
    if any(picture):
        size = arguments.size or (known.resize.size if known.resize else None)
        if size is None:
            raise ModelError("--rule needs --size with it: the model does not say to which size.")
        resize = replace(known.resize or Resize(size), size=size)
        known = replace(known, resize=replace(resize, rule=arguments.rule or resize.rule))
    if any(pixels):
        given = {"mean": arguments.mean, "std": arguments.std, "layout": arguments.layout}
        named = {name: value for name, value in given.items() if value}
        known = replace(known, pixels=replace(known.pixels, **named))
    return known


def _provider(text: str) -> str:
    from desktop_app.inference.providers import SHORT_NAMES

    if text.lower() in ("auto", *SHORT_NAMES):
        return text.lower()
    if not text.endswith("ExecutionProvider"):
        raise argparse.ArgumentTypeError(f'"{text}" is none of auto, {", ".join(SHORT_NAMES)}')
    return text


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f'"{text}" is no whole number from {low} to {high}')
        return number

    return read


def _size(text: str) -> tuple[int, int]:
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isascii() and side.isdigit() for side in sides):
        raise argparse.ArgumentTypeError(f'"{text}" is no size: write 224, or 224x320 for height and width')
    height, width = int(sides[0][:9]), int(sides[-1][:9])
    if not (1 <= height <= _LARGEST_SIDE and 1 <= width <= _LARGEST_SIDE):
        raise argparse.ArgumentTypeError(f'"{text}" is no size from 1 to {_LARGEST_SIDE} pixels')
    return height, width


def _three(text: str) -> tuple[float, float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        numbers *= 3
    if len(numbers) != 3 or not all(map(math.isfinite, numbers)):
        raise argparse.ArgumentTypeError(f'"{text}" is not three numbers, such as 0.485,0.456,0.406')
    return numbers[0], numbers[1], numbers[2]


def _divisors(text: str) -> tuple[float, float, float]:
    numbers = _three(text)
    if not all(numbers):
        raise argparse.ArgumentTypeError(f'"{text}" divides by 0')
    return numbers
