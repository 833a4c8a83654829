"""What goes into a model's graph and what comes out, as far as the graph itself says it, whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Metadata, Resize

_TYPES: dict[str, DTypeLike] = {
    "tensor(uint8)": np.uint8,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
}
_CHANNELS = (1, 3)
_LARGEST_PICTURE = 4096 * 4096
_MOST_ANSWERS = 1_000_000
_OUTPUTS = ("probabilities", "logits", "prediction")

Meaning = Literal["probabilities", "logits", "one probability", "by their sum", "prediction"]
"""How a row of output is read; ``by their sum``: as probabilities where they are ones, else as logits."""


@dataclass(frozen=True)
class GraphForm:
    """The one input and the one output that count.

    ``batch`` is 0 where any number of rows goes in at once. ``shape`` is the input's, with names for sides of any
    length. ``layout`` and ``channels`` are of pictures, ``units`` is how many numbers a row of output has, where the
    graph says so.
    """

    kind: Literal["image", "features"]
    input: str
    type: np.dtype[Any]
    shape: tuple[int | str | None, ...]
    batch: int
    output: str
    meaning: Meaning
    units: int | None
    layout: Literal["nhwc", "nchw"] = "nhwc"
    channels: int = 3

    @property
    def sides(self) -> tuple[int | str | None, int | str | None]:
        """Height and width of the pictures."""
        return (self.shape[1], self.shape[2]) if self.layout == "nhwc" else (self.shape[2], self.shape[3])


def read_form(path: Path, session: Any, producers: Mapping[str, str], metadata: Metadata) -> GraphForm:
    """Return the form of the opened model in ``path``, which ``metadata`` describes.

    Raises: ``ModelError`` for a graph that takes something else than pictures or columns, or gives something else than
        a row of numbers for each.
    """
    inputs = session.get_inputs()
    shape = tuple(inputs[0].shape) if len(inputs) == 1 else ()
    if len(shape) not in (2, 4) or inputs[0].type not in _TYPES:
        raise _strange_input(path, inputs)
    dtype = np.dtype(_TYPES[inputs[0].type])
    if len(shape) == 2 and dtype == np.uint8:
        raise _strange_input(path, inputs)
    batch = shape[0] if isinstance(shape[0], int) else 0
    output, meaning, units = _output(path, session.get_outputs(), producers, metadata)
    form = GraphForm("features", inputs[0].name, dtype, shape, batch, output, meaning, units)
    if len(shape) == 2:
        return form
    layout = _layout(path, shape, metadata)
    channels = shape[3] if layout == "nhwc" else shape[1]
    if isinstance(channels, int) and channels not in _CHANNELS:
        raise _strange_input(path, inputs)
    return replace(form, kind="image", layout=layout, channels=channels if isinstance(channels, int) else 3)


def completed(path: Path, metadata: Metadata, form: GraphForm) -> Metadata:
    """Return the metadata with the picture size out of the graph where it has none.

    Raises: ``ModelError`` where the two contradict each other.
    """
    if (form.meaning == "prediction") != (metadata.task == "regression"):
        raise ModelError(f'The model "{path}" is for {metadata.task} but gives "{form.output}"; export it again.')
    labels = len(metadata.labels)
    if metadata.task == "classification" and labels < 1:
        raise ModelError(f'The model "{path}" has an empty list of labels; name what it can tell apart.')
    if metadata.task == "classification" and form.units not in (None, labels) and (form.units, labels) != (1, 2):
        raise ModelError(f'The model "{path}" has {labels} labels for {form.units} outputs; it needs one for each.')
    if form.kind == "features":
        return _with_columns(path, metadata, form)
    height, width = form.sides
    resize = metadata.resize
    if resize is None and isinstance(height, int) and isinstance(width, int):
        resize = Resize((height, width))
    if resize is None:
        raise ModelError(
            f'The model "{path}" does not say its picture size (downslope.resize); say it with --size, or in '
            f'"{path.with_suffix(".json").name}" beside it.'
        )
    for side, given in zip((height, width), resize.size, strict=True):
        if isinstance(side, int) and side != given:
            raise ModelError(
                f'The model "{path}" takes pictures of {height} x {width} x {form.channels}, but its downslope.resize '
                f"says {resize.size[0]} x {resize.size[1]} x {form.channels}; give the size that it takes."
            )
    if resize.size[0] * resize.size[1] > _LARGEST_PICTURE:
        raise ModelError(
            f'The model "{path}" asks for pictures of {resize.size[0]} x {resize.size[1]} pixels, more than '
            f"{_LARGEST_PICTURE:,}; give a smaller size."
        )
    return replace(metadata, resize=resize)


def _with_columns(path: Path, metadata: Metadata, form: GraphForm) -> Metadata:
    takes = form.shape[1]
    if metadata.columns is None:
        raise ModelError(
            f'The model "{path}" takes a table but does not name its columns (downslope.columns); name them in '
            f'"{path.with_suffix(".json").name}" beside it.'
        )
    if isinstance(takes, int) and takes != len(metadata.columns.names):
        raise ModelError(
            f'The model "{path}" names {len(metadata.columns.names)} columns but takes {takes}; export it again.'
        )
    return metadata


def _layout(path: Path, shape: tuple[Any, ...], metadata: Metadata) -> Literal["nhwc", "nchw"]:
    """Return where the channels are: where the graph can only be read one way, that way."""
    first, last = shape[1] in _CHANNELS, shape[3] in _CHANNELS
    if first == last:
        return metadata.pixels.layout
    if last and metadata.pixels.layout == "nchw":
        raise ModelError(
            f'The model "{path}" takes pictures of [{", ".join(map(str, shape))}], which is nhwc, but is described as '
            f"nchw; leave the layout out."
        )
    return "nchw" if first else "nhwc"


def _output(
    path: Path, outputs: Sequence[Any], producers: Mapping[str, str], metadata: Metadata
) -> tuple[str, Meaning, int | None]:
    numbers = [entry for entry in outputs if entry.type in _TYPES and entry.type != "tensor(uint8)"]
    fitting = [entry for entry in numbers if _units(entry.shape) == max(len(metadata.labels), 1)]
    named = [entry for entry in numbers if entry.name in _OUTPUTS]
    chosen = next(iter((*named, *fitting, *numbers)), None)
    if chosen is None:
        found = ", ".join(f"{entry.name} {entry.type}" for entry in outputs) or "nothing"
        raise ModelError(f'The model "{path}" must give a number for each label, but gives: {found}.')
    units = _units(chosen.shape)
    if units is not None and units > _MOST_ANSWERS:
        raise ModelError(f'The model "{path}" gives {units:,} numbers for one input, which is no classifier.')
    return chosen.name, _meaning(chosen.name, producers.get(chosen.name, ""), units, metadata), units


def _meaning(name: str, producer: str, units: int | None, metadata: Metadata) -> Meaning:
    if name == "prediction" or (metadata.task == "regression" and name not in _OUTPUTS):
        return "prediction"
    if units == 1 and len(metadata.labels) == 2:
        return "one probability" if producer == "Sigmoid" else "logits"
    if name == "logits":
        return "logits"
    if name == "probabilities" or producer in ("Softmax", "TreeEnsembleClassifier"):
        return "probabilities"
    return "by their sum"


def _units(shape: Sequence[Any]) -> int | None:
    """Return how many numbers a row of output has, ``None`` where the graph leaves it open."""
    if len(shape) < 2 or not all(isinstance(side, int) for side in shape[1:]):
        return None
    return int(np.prod([int(side) for side in shape[1:]], dtype=object))


def _strange_input(path: Path, inputs: Sequence[Any]) -> ModelError:
    found = ", ".join(f"{entry.name} {entry.type} {entry.shape}" for entry in inputs[:5]) or "none"
    return ModelError(
        f'The model "{path}" must have one input, pictures (uint8 or float, [batch, height, width, 3] or [batch, 3, '
        f"height, width]) or a table's columns (float [batch, columns]), but has: {found}."
    )
