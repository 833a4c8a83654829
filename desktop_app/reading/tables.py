"""Table files become frames, and frames become numbers that a network takes.

The same values give the same numbers from CSV and from Parquet: a category is compared by one way of writing it
(``1``, ``1.0`` and ``1.00`` are the category "1"; ``007`` keeps its zeros).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from desktop_app.errors import DataError, did_you_mean
from desktop_app.reading.delimited import read_delimited

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".parquet"})
# What well-known table tools take for a missing value, and infinities, from which nothing can be learned.
_MISSING = (
    *("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "-NaN", "null", "NULL", "None", "?"),
    *("inf", "-inf", "+inf", "Inf", "-Inf", "Infinity", "-Infinity"),
)
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
_LEADING_ZERO = r"^[+-]?0\d"
_CLOCK = r"([T ]\d{1,2}:\d{2}.*)?$"
_DATE = rf"^\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_CLOCK}|^\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}{_CLOCK}"
# What table tools call the row numbers that they write; "column 1" is a first column without a name.
_ROW_NUMBER_NAMES = frozenset({"column 1", "unnamed: 0", "__index_level_0__", "index", "id", "row", "row_id", "rowid"})
_FREE_TEXT_VALUES = 20
_FREE_TEXT_SHARE = 0.9


@dataclass(frozen=True)
class Column:
    """What a column can be used as, and where it is unusable, why, as half a sentence."""

    name: str
    kind: Literal["numeric", "categorical", "unusable"]
    reason: str = ""


def read_frame(path: Path) -> pl.DataFrame:
    """Return a table whose columns are numbers or texts, with null for what is missing.

    Columns of other types (dates, lists) stay as they are: ``column_kinds`` calls them unusable.
    Raises: ``DataError`` for a file that is missing, of another kind, damaged, empty or without rows.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        what = "is a folder, not a table" if path.is_dir() else "does not exist"
        raise DataError(f'The table "{path}" {what}; check the path.')
    if suffix not in TABLE_SUFFIXES:
        raise DataError(f'"{path}" is not a table that can be read; save it as .csv, .tsv or .parquet.')
    try:
        frame = _read_parquet(path) if suffix == ".parquet" else read_delimited(path)
    except OSError as error:
        raise DataError(f'The table "{path}" cannot be read: {error.strerror or error}.') from error
    return frame.select(_settled(column) for column in frame.get_columns())


def column_kinds(frame: pl.DataFrame, categorical: Collection[str] = (), wanted: Collection[str] = ()) -> list[Column]:
    """Return what each column of ``frame`` can be used as.

    Those in ``categorical`` are categories in any case. Dates, lists and empty columns are unusable; so are free text
    (nearly all values different) and row numbers, unless they stand in ``wanted``.
    """
    return [_kind(frame[name], name in categorical, name in wanted) for name in frame.columns]


def as_texts(column: pl.Series) -> pl.Series:
    """Return a column's values as categories are written, null where they are missing."""
    different = column.drop_nulls().unique()
    if different.is_empty():
        return pl.Series(column.name, [None] * len(column), dtype=pl.String)
    words = [_written(value) for value in different.to_list()]
    return column.replace_strict(different, pl.Series(words), default=None, return_dtype=pl.String)


def vocabulary(column: pl.Series) -> tuple[str, ...]:
    """Return the different values of a column as categories are written: numbers by size first, then texts."""
    return tuple(sorted(as_texts(column).drop_nulls().unique().to_list(), key=_by_size))


def encode(frame: pl.DataFrame, names: Sequence[str], vocabularies: Mapping[str, Sequence[str]]) -> NDArray[np.float32]:
    """Return the named columns as ``float32 [rows, columns]``.

    A number that is missing is NaN. A column with a vocabulary holds places in it, -1 for a missing or unknown value.
    Raises: ``DataError`` where a column is missing or holds something else than numbers.
    """
    encoded = np.empty((frame.height, len(names)), dtype=np.float32)
    for place, name in enumerate(names):
        if name not in frame.columns:
            hint = did_you_mean(name, frame.columns)
            raise DataError(f'The table has no column "{name}"; it has: {", ".join(frame.columns)}.{hint}')
        column = frame[name]
        encoded[:, place] = _places(column, vocabularies[name]) if name in vocabularies else as_numbers(column)
    return encoded


def as_numbers(column: pl.Series) -> NDArray[np.float32]:
    """Return a column as ``float32 [rows]``, NaN where a value is missing or too large for float32.

    Raises: ``DataError`` that names the first row (counted from 1) with something else than a number.
    """
    if column.dtype == pl.String:
        wrong = (~column.str.contains(_NUMBER)).arg_true()
        if len(wrong):
            row, text = wrong[0] + 1, column[wrong[0]]
            raise DataError(f'Column "{column.name}" holds "{text}" in row {row}, where a number is needed.')
    elif not column.dtype.is_numeric() and column.dtype != pl.Null:
        raise DataError(f'Column "{column.name}" holds {_in_words(column.dtype)}, where numbers are needed.')
    values = column.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    with np.errstate(over="ignore"):
        numbers: NDArray[np.float32] = values.astype(np.float32)
    return np.where(np.isfinite(numbers), numbers, np.float32(np.nan))


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise DataError(f'The table "{path}" is not a Parquet file, or is damaged or cut short.') from error
    if frame.width == 0 or frame.height == 0:
        raise DataError(f'The table "{path}" has no rows; add some.')
    return frame


def _settled(column: pl.Series) -> pl.Series:
    """Return a column as numbers, texts or, where it is neither, as it is."""
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.String:
        texts = column.str.strip_chars()
        return _numbers_from_texts(texts.set(texts.is_in(_MISSING).fill_null(value=True), None))
    if column.dtype == pl.Boolean:
        return column.cast(pl.String)
    if column.dtype.is_decimal():
        column = column.cast(pl.Float64)
    if column.dtype == pl.Float32:
        column = column.cast(pl.String).cast(pl.Float64)  # 0.1, not 0.10000000149
    if column.dtype.is_float():
        return column.set(~column.is_finite().fill_null(value=True), None)
    return column


def _numbers_from_texts(texts: pl.Series) -> pl.Series:
    """Return texts that are all numbers as numbers; codes with leading zeros stay texts."""
    present = texts.drop_nulls()
    if present.is_empty() or present.str.contains(_LEADING_ZERO).any():
        return texts
    if not present.str.contains(_NUMBER).all():
        # A decimal comma, as in semicolon-separated files.
        points = present.str.replace(",", ".", literal=True)
        if not (points.str.contains(_NUMBER).all() and present.str.contains(r"^[^.]*$").all()):
            return texts
        texts = texts.str.replace(",", ".", literal=True)
    texts = texts.str.strip_prefix("+")
    if texts.drop_nulls().str.contains(r"^-?\d+$").all():
        whole = texts.cast(pl.Int64, strict=False)
        if whole.null_count() == texts.null_count():
            return whole
    return texts.cast(pl.Float64, strict=False)


def _kind(column: pl.Series, categorical: bool, wanted: bool) -> Column:
    present = column.drop_nulls()
    if present.is_empty():
        return Column(column.name, "unusable", "is empty")
    if column.dtype != pl.String and not column.dtype.is_numeric():
        return Column(column.name, "unusable", f"holds {_in_words(column.dtype)}")
    if categorical:
        return Column(column.name, "categorical")
    if column.dtype.is_numeric():
        if not wanted and column.name.lower() in _ROW_NUMBER_NAMES and _counts_rows(column):
            return Column(column.name, "unusable", "only numbers the rows")
        return Column(column.name, "numeric")
    if present.str.contains(_DATE).all():
        return Column(column.name, "unusable", "holds dates")
    different = present.n_unique()
    if not wanted and different > max(_FREE_TEXT_VALUES, _FREE_TEXT_SHARE * len(present)):
        return Column(column.name, "unusable", f"holds free text ({different} different values in {len(present)} rows)")
    return Column(column.name, "categorical")


def _counts_rows(column: pl.Series) -> bool:
    first = column[0]
    return first in (0, 1) and column.equals(pl.Series(range(int(first), int(first) + len(column))), check_dtypes=False)


def _written(value: Any) -> str:
    if isinstance(value, str):
        if value in ("True", "TRUE", "False", "FALSE"):
            return value.lower()
        if not re.match(_NUMBER, value) or re.match(_LEADING_ZERO, value):
            return value
        if re.fullmatch(r"[+-]?\d+", value):
            return str(int(value))
        value = float(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _by_size(word: str) -> tuple[bool, float, str]:
    is_number = re.match(_NUMBER, word) is not None
    return (not is_number, float(word) if is_number else 0.0, word)


def _places(column: pl.Series, words: Sequence[str]) -> NDArray[np.float32]:
    places = {word: float(place) for place, word in enumerate(words)}
    texts = as_texts(column).to_list()
    return np.array([-1.0 if text is None else places.get(text, -1.0) for text in texts], dtype=np.float32)


def _in_words(dtype: pl.DataType) -> str:
    if dtype.is_temporal():
        return "dates or times"
    return "lists" if dtype.is_nested() else f"values of type {dtype}"
