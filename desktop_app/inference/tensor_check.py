"""Looks at the tensors inside an ONNX file: whether the numbers that they announce are there, and where they lie."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.inference.onnx_wire import VARINT, Field, Wire, WireError

MOST_ELEMENTS = 2**29
"""The largest tensor that a graph may make up out of nothing: 2 GB in float32."""
_SHORT = 64
# onnx.proto, TensorProto.DataType: bits an element in raw_data and in a file beside.
_BITS = {
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20, 24), 8),
    **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32),
    **dict.fromkeys((7, 11, 13, 14), 64),
    15: 128,
    **dict.fromkeys((21, 22, 23), 4),
    **dict.fromkeys((25, 26), 2),
    **dict.fromkeys((27, 28), 6),
}
_MOST_SIDES = 64
_STRING, _INT64 = 8, 7
# The typed fields: the number of bytes that one element takes at least.
_TYPED = {4: 4, 5: 1, 7: 1, 10: 8, 11: 1}


@dataclass
class Tensor:
    """What a ``TensorProto`` says of itself; ``values`` are those of a short list of integers, else empty."""

    name: str = ""
    dims: list[int] = field(default_factory=list)
    type: int = 0
    values: tuple[int, ...] = ()

    @property
    def elements(self) -> int:
        """How many numbers there are by the dimensions."""
        return math.prod(self.dims)


def check_tensor(wire: Wire, message: Field, folder: Path) -> Tensor:
    """Return a tensor of a model that lies in ``folder``.

    Raises: ``WireError`` where it announces more than there is, or lies in a file that a model may not read.
    """
    tensor, present, strings = Tensor(), 0, 0
    raw: Field | None = None
    listed: list[int] = []
    outside: dict[str, str] = {}
    is_outside = False
    for part in wire.fields(message):
        if part.number == 1:
            tensor.dims += wire.integers(part)
        elif part.number == 2 and part.kind == VARINT:
            tensor.type = part.value
        elif part.number == 8:
            tensor.name = wire.text(part)
        elif part.number == 9:
            raw = part
        elif part.number == 6:
            strings += 1
        elif part.number in _TYPED:
            present += 1 if part.kind == VARINT else (part.end - part.start) // _TYPED[part.number]
            if part.number == 7 and part.end - part.start <= _SHORT:
                listed += wire.integers(part)
        elif part.number == 13:
            key, value = _entry(wire, part)
            outside[key] = value
        elif part.number == 14:
            is_outside = part.value == 1
    if any(side < 0 for side in tensor.dims) or len(tensor.dims) > _MOST_SIDES:
        what = f"{len(tensor.dims)} sides" if len(tensor.dims) > _MOST_SIDES else "a negative side"
        raise WireError(f"holds the tensor {_named(tensor)} with {what}")
    present *= max(1, 8 // _BITS.get(tensor.type, 8))  # of less than a byte, several share one element
    if is_outside or outside:
        present = _lies_outside(tensor, outside, folder)
    elif tensor.type == _STRING:
        present = strings
    elif raw is not None:
        present += (raw.end - raw.start) * 8 // _BITS.get(tensor.type, 8)
        if tensor.type == _INT64 and raw.end - raw.start <= _SHORT * 8:
            content = wire.content(raw)
            listed = [
                int.from_bytes(content[at : at + 8], "little", signed=True) for at in range(0, len(content) - 7, 8)
            ]
    if tensor.elements > present:
        shape = " x ".join(str(side) for side in tensor.dims)
        raise WireError(f"announces {shape} numbers for the tensor {_named(tensor)}, but holds only {present:,}")
    if tensor.type == _INT64:
        tensor.values = tuple(listed)
    return tensor


def check_sparse(wire: Wire, message: Field, folder: Path) -> None:
    """Look at a ``SparseTensorProto``, which is unfolded before it is used.

    Raises: ``WireError`` as ``check_tensor`` does, and where it would become larger than ``MOST_ELEMENTS``.
    """
    dims: list[int] = []
    for part in wire.fields(message):
        if part.number in (1, 2):
            check_tensor(wire, part, folder)
        elif part.number == 3:
            dims += wire.integers(part)
    if len(dims) > _MOST_SIDES or any(side < 0 for side in dims) or math.prod(dims) > MOST_ELEMENTS:
        raise WireError(f"holds a sparse tensor of {' x '.join(map(str, dims[:4]))}, which is too large")


def _lies_outside(tensor: Tensor, outside: dict[str, str], folder: Path) -> int:
    """Return how many elements lie in the file that an entry names, which must lie in the model's own folder."""
    location = outside.get("location", "")
    named = f'keeps the tensor {_named(tensor)} in the file "{location[:200]}"'
    inside = folder.resolve()
    try:
        target = (inside / location).resolve()
        lies_inside = bool(location) and "\0" not in location and target.is_relative_to(inside) and target != inside
    except (OSError, ValueError, RuntimeError):
        lies_inside = False
    if not lies_inside or Path(location).is_absolute() or "\\" in location or ":" in location:
        raise WireError(f"{named}, which is not in the model's own folder")
    if not target.is_file():
        raise WireError(f"{named}, which is not there")
    size = target.stat().st_size
    try:
        offset = int(outside.get("offset") or 0)
        length = int(outside.get("length") or size - offset)
    except ValueError:
        raise WireError(f"{named}, but does not say where in it") from None
    if offset < 0 or length < 0 or offset + length > size:
        raise WireError(f"{named}, which is too short for it")
    return length * 8 // _BITS.get(tensor.type, 8)


def _entry(wire: Wire, message: Field) -> tuple[str, str]:
    """Return the key and the value of a ``StringStringEntryProto``."""
    key = value = ""
    for part in wire.fields(message):
        if part.number == 1:
            key = wire.text(part)
        elif part.number == 2:
            value = wire.text(part)
    return key, value


def _named(tensor: Tensor) -> str:
    return f'"{tensor.name[:80]}"' if tensor.name else "without a name"
