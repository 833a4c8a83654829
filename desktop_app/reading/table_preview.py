"""A table as people look at it before anything is trained: each column's first values, type and histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from desktop_app.reading.column_types import Column, column_kinds
from desktop_app.reading.dates import DatePart, order_of, seconds_since_2000
from desktop_app.reading.tables import as_numbers, as_texts

PREVIEW_ROWS = 500
_BINS = 24
# From a sample of that many rows a small histogram looks the same as from all.
_HISTOGRAM_ROWS = 20_000

Role = Literal["answer", "group", "learned from", "left out"]


@dataclass(frozen=True)
class ColumnPreview:
    """A column as it is used, and as it would be by itself; ``values`` are the first 500, empty where missing."""

    column: Column
    natural: Column
    role: Role
    values: tuple[str, ...] = ()
    bars: tuple[float, ...] = ()
    missing: int = 0

    @property
    def name(self) -> str:
        """The column's name in the file."""
        return self.column.name


def table_preview(
    frame: pl.DataFrame,
    target: str = "",
    columns: Sequence[str] = (),
    categorical: Sequence[str] = (),
    group: str = "",
) -> tuple[ColumnPreview, ...]:
    """Return every column of a table that ``read_frame`` gave: the answer first, then the others as they stand."""
    named = {part.column if (part := DatePart.named(name)) and name not in frame.columns else name for name in columns}
    natural = column_kinds(frame)
    used = column_kinds(frame, categorical, wanted=[*named, target])
    previews = []
    for column, alone in zip(used, natural, strict=True):
        if column.name == target:
            role: Role = "answer"
        elif group and column.name == group:
            role = "group"
        else:
            taken = column.name in named if named else column.kind != "unusable"
            role = "learned from" if taken and column.kind != "unusable" else "left out"
        values = frame[column.name]
        previews.append(
            ColumnPreview(column, alone, role, _first(values), tuple(_bars(values, column)), values.null_count())
        )
    return tuple(sorted(previews, key=lambda preview: preview.role != "answer"))


def histogram(values: np.ndarray[Any, Any]) -> list[float]:
    """Return how many values fall into each of 24 equal bins, as shares of the fullest; empty without finite values."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return []
    numbers, _ = np.histogram(finite, bins=min(_BINS, max(len(np.unique(finite)), 1)))
    return [float(number) / float(numbers.max()) for number in numbers]


def _first(column: pl.Series) -> tuple[str, ...]:
    head = column.head(PREVIEW_ROWS)
    if head.dtype.is_numeric() or head.dtype == pl.String:
        return tuple(text or "" for text in as_texts(head).to_list())
    return tuple("" if value is None else str(value) for value in head.to_list())


def _bars(column: pl.Series, kind: Column) -> list[float]:
    sample = column.gather_every(max(len(column) // _HISTOGRAM_ROWS, 1))
    if kind.kind == "numeric":
        return histogram(as_numbers(sample).astype(np.float64))
    if kind.kind == "date":
        return histogram(seconds_since_2000(sample, order_of(column)))
    if kind.kind == "categorical":
        counts = as_texts(sample).drop_nulls().value_counts(sort=True)["count"].head(_BINS).to_list()
        return [count / counts[0] for count in counts]
    return []
