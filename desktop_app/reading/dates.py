"""Dates become numbers: years for the trend, and sines and cosines for what comes again each year, week and day.

A date column gives several number columns, whose names say all that is needed to make them from a table again:
``bought: years since 2000``, ``bought: yearly sine``, ``bought (day first): weekly cosine``. So a model's list of
column names is all that prediction knows and needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from desktop_app.errors import DataError

Order = Literal["", "day first", "month first"]
"""How 03/04/2024 and 03-04-2024 are meant; empty where a column has no date of that form."""
Part = Literal[
    "years since 2000",
    "yearly sine",
    "yearly cosine",
    "weekly sine",
    "weekly cosine",
    "daily sine",
    "daily cosine",
]
_PARTS: tuple[Part, ...] = get_args(Part)
_NAME = re.compile(
    rf"(?P<column>.+?)(?: \((?P<order>day first|month first)\))?: (?P<part>{'|'.join(_PARTS)})", re.DOTALL
)
_WRITTEN = (
    r"^(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})[-/.](?P<last>\d{4}))"
    r"(?:[T ] *(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<seconds>\d{2}(?:\.\d{1,9})?))?"
    r" *(?P<half>[AaPp][Mm])? *(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?)?$"
)
_DAY = 86_400.0
# The mean length of a year of the Gregorian calendar, in days.
_YEAR_DAYS = 365.2425
_EPOCH = np.datetime64("2000-01-01", "us")


@dataclass(frozen=True)
class DatePart:
    """One number that is made from a column of dates."""

    column: str
    part: Part
    order: Order = ""

    @property
    def name(self) -> str:
        """What the number's column is called."""
        return f"{self.column}{f' ({self.order})' if self.order else ''}: {self.part}"

    @classmethod
    def named(cls, name: str) -> DatePart | None:
        """Return the part of that name, or ``None`` where it is no such name."""
        found = _NAME.fullmatch(name)
        return cls(found["column"], found["part"], found["order"] or "") if found else None  # type: ignore[arg-type]


def looks_like_dates(column: pl.Series) -> bool:
    """Return whether a column holds dates, or texts that are all written like dates."""
    if column.dtype == pl.String:
        present = column.drop_nulls()
        return not present.is_empty() and bool(present.str.contains(_WRITTEN).all())
    return column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime)


def order_of(column: pl.Series) -> Order:
    """Return how day and month stand in a column that looks like dates.

    Raises: ``ValueError`` with half a sentence where that cannot be told or a date is none (2024-02-30).
    """
    order: Order = ""
    if column.dtype == pl.String:
        fields = _fields(column)
        slashed = fields.filter(pl.col("mark").is_in(["/", "-"]))
        day_first = bool((slashed["first"].cast(pl.Int64) > 12).any())
        month_first = bool((slashed["second"].cast(pl.Int64) > 12).any())
        if day_first and month_first:
            raise ValueError("holds dates with the day first and dates with the month first; write them as 2024-12-31")
        if slashed.height and not (day_first or month_first):
            example = column.filter(fields["mark"].is_in(["/", "-"]).fill_null(value=False))[0]
            raise ValueError(
                f'holds dates such as "{example}", which may be day or month first; write them as 2024-12-31'
            )
        order = ("day first" if day_first else "month first") if slashed.height else ""
    wrong = column.is_not_null().to_numpy() & np.isnan(seconds_since_2000(column, order))
    if wrong.any():
        raise ValueError(f'holds "{column[int(np.argmax(wrong))]}", which is no date')
    return order


def date_parts(column: pl.Series) -> list[DatePart]:
    """Return the numbers to make from a column of dates; those of the day only where there are times of day.

    Raises: ``ValueError`` as ``order_of`` does.
    """
    order = order_of(column)
    seconds = seconds_since_2000(column, order)
    has_times = bool((seconds[np.isfinite(seconds)] % _DAY != 0).any())
    return [DatePart(column.name, part, order) for part in _PARTS if has_times or not part.startswith("daily")]


def date_numbers(column: pl.Series, part: DatePart) -> NDArray[np.float32]:
    """Return one part of a column's dates as ``float32 [rows]``, NaN where a date is missing.

    Years are counted from 2000-01-01 in years of 365.2425 days. The yearly circle begins on 1 January, the weekly one
    on Monday, the daily one at midnight. A time with an offset is taken in UTC, any other as it is written.
    Raises: ``DataError`` that names the first row (counted from 1) which holds something else than a date.
    """
    seconds = seconds_since_2000(column, part.order)
    wrong = column.is_not_null().to_numpy() & np.isnan(seconds)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f'Column "{column.name}" holds "{column[row]}" in row {row + 1}, where a date as 2024-12-31 is needed.'
        )
    if part.part == "years since 2000":
        return (seconds / _DAY / _YEAR_DAYS).astype(np.float32)
    circle, _, function = part.part.partition(" ")
    turns = 2 * np.pi * _share(seconds, circle)
    return (np.sin(turns) if function == "sine" else np.cos(turns)).astype(np.float32)


def seconds_since_2000(column: pl.Series, order: Order) -> NDArray[np.float64]:
    """Return dates as seconds since the first midnight of 2000, NaN for what is missing or no date."""
    if column.dtype == pl.String:
        return _seconds_from_texts(column, order)
    if not looks_like_dates(column):
        return np.full(len(column), np.nan)
    moments = column.cast(pl.Datetime("us")) if column.dtype == pl.Date else column
    unit = {"ns": 1e9, "us": 1e6, "ms": 1e3}[moments.dtype.time_unit]  # type: ignore[attr-defined]
    since_1970 = moments.to_physical().cast(pl.Float64).fill_null(np.nan).to_numpy() / unit
    return since_1970 - float(_EPOCH.astype(np.int64)) / 1e6


def _fields(column: pl.Series) -> pl.DataFrame:
    return column.str.extract_groups(_WRITTEN).struct.unnest()


def _seconds_from_texts(column: pl.Series, order: Order) -> NDArray[np.float64]:
    fields = _fields(column)
    first, second, mark = pl.col("first"), pl.col("second"), pl.col("mark")
    dotted = mark == "."  # with dots the day always comes first
    if order == "month first":
        day, month = pl.when(dotted).then(first).otherwise(second), pl.when(dotted).then(second).otherwise(first)
    else:
        known = dotted if order == "" else mark.is_not_null()
        day, month = pl.when(known).then(first), pl.when(known).then(second)
    written = pl.concat_str(
        pl.coalesce("year", "last"),
        pl.coalesce("month", month).str.zfill(2),
        pl.coalesce("day", day).str.zfill(2),
        separator="-",
    )
    hour, minute = pl.col("hour").cast(pl.Int64), pl.col("minute").cast(pl.Int64)
    half = pl.col("half").str.to_lowercase()
    hour_of_day = pl.when(half.is_null()).then(hour).otherwise(hour % 12 + pl.when(half == "pm").then(12).otherwise(0))
    possible = hour.is_null() | (
        (minute < 60)
        & (pl.col("seconds").cast(pl.Float64).fill_null(0.0) < 60)
        & pl.when(half.is_null()).then(hour < 24).otherwise((hour >= 1) & (hour <= 12))
    )
    digits = pl.col("zone").str.replace_all(r"[^0-9]", "")
    offset = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60 + digits.str.slice(2, 2).cast(
        pl.Int64, strict=False
    )
    sign = pl.when(pl.col("zone").str.starts_with("-")).then(-1).otherwise(1)
    time = (
        hour_of_day * 3600.0
        + minute * 60.0
        + pl.col("seconds").cast(pl.Float64).fill_null(0.0)
        - sign * offset.fill_null(0) * 60.0
    ).fill_null(0.0)
    date = written.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Float64)
    days_to_2000 = float(_EPOCH.astype("datetime64[D]").astype(np.int64))
    seconds = pl.when(possible).then((date - days_to_2000) * _DAY + time)
    found: NDArray[np.float64] = fields.select(seconds.fill_null(np.nan).alias("s"))["s"].to_numpy()
    return found


def _share(seconds: NDArray[np.float64], circle: str) -> NDArray[np.float64]:
    """Return how much of the year, week or day is over, from 0 to 1."""
    if circle == "daily":
        return seconds % _DAY / _DAY
    days = np.floor(seconds / _DAY)
    if circle == "weekly":
        return (days + 5) % 7 / 7  # 2000-01-01 was a Saturday
    present = np.isfinite(days)
    dates = _EPOCH.astype("datetime64[D]") + np.where(present, days, 0).astype("timedelta64[D]")
    years = dates.astype("datetime64[Y]")
    begins = years.astype("datetime64[D]")
    length = ((years + 1).astype("datetime64[D]") - begins).astype(np.float64)
    return np.where(present, (dates - begins).astype(np.float64) / length, np.nan)
