"""Table files become frames, and frames become numbers that a network takes.

The same values give the same numbers from CSV and from Parquet: a category is compared by one way of writing it
(``1``, ``1.0`` and ``1.00`` are the category "1"; ``007`` keeps its zeros).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from desktop_app.errors import DataError, did_you_mean
from desktop_app.reading.column_types import in_words
from desktop_app.reading.dates import DatePart, date_numbers
from desktop_app.reading.delimited import read_delimited

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".parquet"})
# What well-known table tools take for a missing value, and infinities, from which nothing can be learned.
_MISSING = (
    *("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "-NaN", "null", "NULL", "None", "?"),
    *("inf", "-inf", "+inf", "Inf", "-Inf", "Infinity", "-Infinity"),
)
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
_LEADING_ZERO = r"^[+-]?0\d"
_COMMAS_FOR_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_SURELY_FOR_THOUSANDS = r",\d{3}[,.]"
_NAMES_IN_A_SENTENCE = 20


def read_frame(path: Path) -> pl.DataFrame:
    """Return a table whose columns are numbers or texts, with null for what is missing.

    Columns of other types (dates, lists) stay as they are; ``column_kinds`` says which of them can be used.
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
        frame, separator = (_read_parquet(path), "") if suffix == ".parquet" else read_delimited(path)
    except OSError as error:
        raise DataError(f'The table "{path}" cannot be read: {error.strerror or error}.') from error
    return frame.select(_settled(column, separator) for column in frame.get_columns())


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
    The name of a part of a date (``bought: yearly sine``) stands for that number of the column before the colon.
    Raises: ``DataError`` where a column is missing or holds something else than numbers.
    """
    encoded = np.empty((frame.height, len(names)), dtype=np.float32)
    known = set(frame.columns)
    for place, name in enumerate(names):
        part = DatePart.named(name)
        if name in known:
            column = frame[name]
            encoded[:, place] = _places(column, vocabularies[name]) if name in vocabularies else as_numbers(column)
        elif part is not None and part.column in known:
            encoded[:, place] = date_numbers(frame[part.column], part)
        else:
            missing = part.column if part is not None else name
            hint = did_you_mean(missing, frame.columns)
            raise DataError(f'The table has no column "{missing}"; it has: {some_of(frame.columns)}.{hint}')
    return encoded


def some_of(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are, so that a sentence stays one."""
    more = len(names) - _NAMES_IN_A_SENTENCE
    return ", ".join(names[:_NAMES_IN_A_SENTENCE]) + (f" and {more} more" if more > 0 else "")


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
        raise DataError(f'Column "{column.name}" holds {in_words(column.dtype)}, where numbers are needed.')
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


def _settled(column: pl.Series, separator: str = "") -> pl.Series:
    """Return a column of a file with that ``separator`` as numbers, texts or, where it is neither, as it is."""
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.String:
        texts = column.str.strip_chars()
        return _numbers_from_texts(texts.set(texts.is_in(_MISSING).fill_null(value=True), None), separator)
    if column.dtype == pl.Boolean:
        return column.cast(pl.String)
    if column.dtype.is_decimal():
        column = column.cast(pl.Float64)
    if column.dtype == pl.Float32:
        column = column.cast(pl.String).cast(pl.Float64)  # 0.1, not 0.10000000149
    if column.dtype.is_float():
        return column.set(~column.is_finite().fill_null(value=True), None)
    return column


def _numbers_from_texts(texts: pl.Series, separator: str) -> pl.Series:
    """Return texts that are all numbers as numbers; codes with leading zeros stay texts."""
    present = texts.drop_nulls()
    if present.is_empty() or present.str.contains(_LEADING_ZERO).any():
        return texts
    if not present.str.contains(_NUMBER).all():
        plain = _without_commas(present, texts, separator)
        if plain is None:
            return texts
        texts = plain
    texts = texts.str.strip_prefix("+")
    if texts.drop_nulls().str.contains(r"^-?\d+$").all():
        whole = texts.cast(pl.Int64, strict=False)
        if whole.null_count() == texts.null_count():
            return whole
    return texts.cast(pl.Float64, strict=False)


def _without_commas(present: pl.Series, texts: pl.Series, separator: str) -> pl.Series | None:
    """Return numbers with commas as plain ones, ``None`` where there are other texts among them.

    1,234 in a file whose cells are apart by commas has a comma for thousands, in any other a decimal comma.
    """
    grouped = present.str.contains(_COMMAS_FOR_THOUSANDS)
    sure = separator == "," or present.str.contains(_SURELY_FOR_THOUSANDS).any()
    if sure and (grouped | present.str.contains(_NUMBER)).all():
        return texts.str.replace_all(",", "", literal=True)
    points = present.str.replace(",", ".", literal=True)
    if points.str.contains(_NUMBER).all() and present.str.contains(r"^[^.]*$").all():
        return texts.str.replace(",", ".", literal=True)
    return None


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
