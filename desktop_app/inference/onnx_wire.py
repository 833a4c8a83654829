"""Reads the protobuf wire format in place: what a file says, before anything is asked to act on it.

Source: the encoding at https://protobuf.dev/programming-guides/encoding/, and the field numbers of ``onnx.proto``.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
_FIXED = {FIXED_64: 8, FIXED_32: 4}
_LARGEST_VARINT = 10
_MOST_FIELDS = 2_000_000
"""More than any network has (the largest in use have some 100,000); reading so many takes a few seconds."""


class WireError(ValueError):
    """Bytes that are no protobuf message; its text is half a sentence about the file."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message.

    ``value`` is a varint's value; for a field of bytes and for fixed ones the bytes from ``start`` to ``end`` count.
    """

    number: int
    kind: int
    value: int
    start: int
    end: int


class Wire:
    """A message in a file of which only the asked-for bytes are read; nothing is copied but texts."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        self._data = data
        self._left = _MOST_FIELDS

    def whole(self) -> Field:
        """Return the file as if it were a field, to begin with."""
        return Field(0, BYTES, 0, 0, len(self._data))

    def fields(self, message: Field) -> Iterator[Field]:
        """Yield the fields of a message in their order.

        Raises: ``WireError`` where the bytes are no message, are cut short, or hold more fields than any network.
        """
        place, end = message.start, message.end
        if message.kind != BYTES:
            raise WireError("is not an ONNX model, or was cut short")
        while place < end:
            self._left -= 1
            if self._left < 0:
                raise WireError(f"has more than {_MOST_FIELDS:,} parts, which no network has")
            key, place = self._varint(place, end)
            number, kind = key >> 3, key & 7
            if number == 0:
                raise WireError("is not an ONNX model, or was cut short")
            value, start = 0, place
            if kind == VARINT:
                value, place = self._varint(place, end)
            elif kind == BYTES:
                length, start = self._varint(place, end)
                place = start + length
            elif kind in _FIXED:
                place += _FIXED[kind]
            else:  # groups, which ONNX has none of
                raise WireError("is not an ONNX model, or was cut short")
            if place > end:
                raise WireError("is not an ONNX model, or was cut short")
            yield Field(number, kind, value, start, place)

    def text(self, field: Field) -> str:
        """Return a field's bytes as text."""
        return bytes(self._data[field.start : field.end]).decode("utf-8", "replace")

    def content(self, field: Field) -> bytes:
        """Return a copy of a field's bytes."""
        return bytes(self._data[field.start : field.end])

    def integers(self, field: Field) -> Iterator[int]:
        """Yield the signed 64-bit integers of a repeated field, packed or not."""
        if field.kind == VARINT:
            yield _signed(field.value)
            return
        place = field.start
        while place < field.end:
            self._left -= 1
            if self._left < 0:
                raise WireError(f"has more than {_MOST_FIELDS:,} parts, which no network has")
            value, place = self._varint(place, field.end)
            yield _signed(value)

    def _varint(self, place: int, end: int) -> tuple[int, int]:
        value = shift = 0
        for step in range(place, min(end, place + _LARGEST_VARINT)):
            byte = self._data[step]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, step + 1
            shift += 7
        raise WireError("is not an ONNX model, or was cut short")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
