"""What each column of a table looks like, and whether a network can learn from it as that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import polars as pl

from desktop_app.reading.dates import looks_like_dates, order_of

Looks = Literal["number", "category", "date", "text", "identifier", "row numbers", "constant", "empty", "other"]

# What table tools call the row numbers that they write; "column 1" is a first column without a name.
_ROW_NUMBER_NAMES = frozenset({"column 1", "unnamed: 0", "__index_level_0__", "index", "id", "row", "row_id", "rowid"})
_FREE_TEXT_VALUES = 20
_FREE_TEXT_SHARE = 0.9
# 1.234,50: thousands apart by points. Read as it stands, 1.234 alone would be another number than beside 1.234,50.
_POINTS_FOR_THOUSANDS = r"^[+-]?(\d{1,3}(\.\d{3})+(,\d+)?|\d+(,\d+)?)$"


@dataclass(frozen=True)
class Column:
    """What a column can be used as, and where it is unusable, why, as half a sentence; ``looks`` in people's words."""

    name: str
    kind: Literal["numeric", "categorical", "date", "unusable"]
    reason: str = ""
    looks: Looks = "other"


def column_kinds(frame: pl.DataFrame, categorical: Collection[str] = (), wanted: Collection[str] = ()) -> list[Column]:
    """Return what each column of ``frame`` can be used as.

    Those in ``categorical`` are categories in any case. Lists, empty columns and dates that can be read in two ways
    are unusable; so are free text and identifiers (nearly all values different), row numbers and columns with the same
    value in every row, unless they stand in ``wanted``.
    """
    categories, asked_for = set(categorical), set(wanted)
    return [_kind(column, column.name in categories, column.name in asked_for) for column in frame.get_columns()]


def in_words(dtype: pl.DataType) -> str:
    """Return what values of a type that no network can learn from are called."""
    if dtype == pl.Time:
        return "times without a date"
    if dtype == pl.Duration:
        return "lengths of time"
    if dtype.is_temporal():
        return "dates or times"
    if dtype == pl.Struct:
        return "records of several values"
    if dtype == pl.Binary:
        return "bytes"
    return "lists" if dtype.is_nested() else f"values of type {dtype}"


def _kind(column: pl.Series, categorical: bool, wanted: bool) -> Column:
    name, present = column.name, column.drop_nulls()
    if present.is_empty():
        return Column(name, "unusable", "is empty", "empty")
    is_date = column.dtype != pl.String and looks_like_dates(column)
    if column.dtype != pl.String and not column.dtype.is_numeric() and not is_date:
        return Column(name, "unusable", f"holds {in_words(column.dtype)}")
    if categorical and column.dtype.is_temporal() and column.dtype != pl.Date:
        return Column(name, "unusable", "holds dates with times, which cannot be categories", "date")
    if categorical:
        return Column(name, "categorical", looks="category")
    if not wanted and len(column) > 1 and len(present) == len(column) and present.n_unique() == 1:
        return Column(name, "unusable", f'is "{present[0]}" in every row', "constant")
    if column.dtype.is_numeric():
        if not wanted and name.lower() in _ROW_NUMBER_NAMES and _counts_rows(column):
            return Column(name, "unusable", "only numbers the rows", "row numbers")
        return Column(name, "numeric", looks="number")
    return _date(column) if is_date or looks_like_dates(column) else _words(column, present, wanted)


def _date(column: pl.Series) -> Column:
    try:
        order_of(column)
    except ValueError as error:
        return Column(column.name, "unusable", str(error), "date")
    return Column(column.name, "date", looks="date")


def _words(column: pl.Series, present: pl.Series, wanted: bool) -> Column:
    different = present.n_unique()
    if wanted or different <= max(_FREE_TEXT_VALUES, _FREE_TEXT_SHARE * len(present)):
        return Column(column.name, "categorical", looks="category")
    count = f"{different} different values in {len(present)} rows"
    if present.str.contains(_POINTS_FOR_THOUSANDS).all():
        example = present.filter(present.str.contains(".", literal=True))[0]
        reason = f'holds numbers with points for thousands, such as "{example}"; write them without'
        return Column(column.name, "unusable", reason, "text")
    if different == len(present) and not present.str.contains(r"\s").any():
        return Column(column.name, "unusable", f"is an identifier ({count})", "identifier")
    return Column(column.name, "unusable", f"holds free text ({count})", "text")


def _counts_rows(column: pl.Series) -> bool:
    first = column[0]
    return first in (0, 1) and column.equals(pl.Series(range(int(first), int(first) + len(column))), check_dtypes=False)
