"""A table (.csv, .tsv or .parquet): one row a sample, one column the target, the others numbers, categories, dates."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from desktop_app.api import (
    DataError,
    DataSource,
    DatePart,
    ProblemReport,
    Samples,
    Table,
    as_numbers,
    as_texts,
    column_kinds,
    date_parts,
    did_you_mean,
    encode,
    hookimpl,
    read_frame,
    some_of,
    vocabulary,
)

if TYPE_CHECKING:
    import polars as pl

_MOST_NUMERIC_CLASSES = 50


def load(
    folder: Path | None,
    target: str = "",
    columns: Sequence[str] = (),
    categorical: Sequence[str] = (),
    task: Literal["auto", "classification", "regression"] = "auto",
    unreadable: Literal["fail", "skip"] = "fail",
    group: str = "",
) -> Samples:
    """Read the table in the file ``folder``.

    Args:
        folder: The table's file.
        target: The column to predict.
        columns: The columns to predict it from; all that can be used where none is named. A column of dates gives
            several numbers, which may also be named alone (``bought: yearly sine``).
        categorical: Columns of numbers that are categories (a code, a month).
        task: ``auto`` means regression for a numeric target with fractions or more than 50 different values.
        unreadable: What to do about rows without a target: refuse, or skip and report.
        group: A column whose equal values belong together (a patient, a machine); nothing is learned from it.
    Raises: ``DataError`` for an unreadable table, an unknown column, a target that does not fit the task.
    """
    if folder is None:
        raise DataError("data.path is missing: table needs a .csv, .tsv or .parquet file.")
    frame = read_frame(folder)
    if not target:
        raise DataError(f"data.target is missing; name one of the table's columns: {some_of(frame.columns)}.")
    together = [group] if group else []
    for key, names in (("target", [target]), ("columns", columns), ("categorical", categorical), ("group", together)):
        _check_known(folder, frame, key, names)
    if target in columns:
        raise DataError(f'data.columns names the target "{target}", which would give the answer away; leave it out.')
    if group == target:
        raise DataError(f'data.group names the target "{target}": each class would lie on one side; pick another.')
    if group in columns:
        raise DataError(f'data.columns names "{group}", which data.group keeps together; name it in one of them.')
    frame, rows, problems = _with_target(folder, frame, target, unreadable)
    regression = _is_regression(frame[target], target, task, target in categorical)
    names, categories, left_out = _usable(folder, frame, (target, group), columns, categorical)
    vocabularies = {name: vocabulary(frame[name]) for name in categories}
    labels, classes = _labels(frame[target], regression)
    return Samples(
        kind="table",
        items=Table(tuple(names), encode(frame, names, vocabularies), vocabularies),
        labels=labels,
        classes=classes,
        names=[f"row {row}" for row in rows],
        problems=(*problems, *left_out),
        groups=as_texts(frame[group]).fill_null("").to_list() if group else (),
    )


def _check_known(file: Path, frame: "pl.DataFrame", key: str, names: Sequence[str]) -> None:
    known = set(frame.columns)
    unknown = next((name for name in names if name not in known and _base(name) not in known), None)
    if unknown is not None:
        raise DataError(
            f'data.{key}: the table "{file}" has no column "{unknown}"; it has: {some_of(frame.columns)}.'
            f"{did_you_mean(unknown, frame.columns)}"
        )
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        raise DataError(f'data.{key} names the column "{twice}" twice; name it once.')


def _base(name: str) -> str:
    """Return the column of dates that a number of that name is made from; an empty text where it is none."""
    part = DatePart.named(name)
    return part.column if part is not None else ""


def _with_target(
    file: Path, frame: "pl.DataFrame", target: str, unreadable: str
) -> tuple["pl.DataFrame", "np.ndarray[Any, Any]", list[ProblemReport]]:
    """Return the rows that have a target, their numbers counted from 1, and a report on each of the others."""
    missing = frame[target].is_null().to_numpy()
    without = np.flatnonzero(missing) + 1
    if len(without) == len(missing):
        raise DataError(f'The target "{target}" is empty in every row of "{file}"; pick another column.')
    if len(without) and unreadable == "fail":
        raise DataError(
            f'The target "{target}" is missing in {len(without)} rows of "{file}", first in row {without[0]}; '
            f'fill it in or set data.unreadable = "skip".'
        )
    problems = [ProblemReport(f"{file}: row {row}", f'has no "{target}"; it is left out') for row in without]
    return frame.filter(~missing), np.flatnonzero(~missing) + 1, problems


def _is_regression(column: "pl.Series", target: str, task: str, categorical: bool) -> bool:
    numeric = column.dtype.is_numeric()
    if not numeric and column.dtype.to_python() is not str:
        raise DataError(f'The target "{target}" holds neither numbers nor texts ({column.dtype}); pick another column.')
    if task == "regression" and not numeric:
        raise DataError(f'data.task is regression, but the target "{target}" holds texts such as "{column[0]}".')
    if task != "auto":
        return task == "regression"
    if not numeric or categorical:
        return False
    fractions = bool((column % 1 != 0).any())
    return fractions or column.n_unique() > _MOST_NUMERIC_CLASSES


def _usable(
    file: Path, frame: "pl.DataFrame", kept_from: tuple[str, str], columns: Sequence[str], categorical: Sequence[str]
) -> tuple[list[str], list[str], list[ProblemReport]]:
    """Return the columns to learn from, those of them that are categories, and a report on each that is left out."""
    wanted = list(columns) or [name for name in frame.columns if name not in kept_from]
    known = set(frame.columns)
    asked_for = [name if name in known else _base(name) for name in columns]
    kinds = {column.name: column for column in column_kinds(frame, categorical, wanted=asked_for)}
    names, categories, left_out = [], [], []
    for name in wanted:
        kind = kinds[name if name in known else _base(name)]
        if kind.kind == "unusable" and columns:
            raise DataError(f'data.columns: the column "{name}" of "{file}" {kind.reason}; leave it out.')
        if kind.kind == "unusable":
            left_out.append(ProblemReport(f"{file}: column {name}", f"{kind.reason}; it is left out"))
        elif name not in known:
            names.append(name)
        elif kind.kind == "date":
            names += [part.name for part in date_parts(frame[name])]
        else:
            names.append(name)
            categories += [name] if kind.kind == "categorical" else []
    if not names:
        raise DataError(f'The table "{file}" has no column that "{kept_from[0]}" could be learned from.')
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        raise DataError(f'The numbers made from dates need the name "{twice}", which is taken; rename that column.')
    return names, categories, left_out


def _labels(column: "pl.Series", regression: bool) -> tuple["np.ndarray[Any, Any]", tuple[str, ...]]:
    if regression:
        values = as_numbers(column)
        if not np.isfinite(values).all():
            raise DataError(f'The target "{column.name}" holds numbers too large for float32 (above 3.4e38); scale it.')
        return values, ()
    classes = vocabulary(column)
    if len(classes) < 2:
        raise DataError(f'The target "{column.name}" is "{classes[0]}" in every row; two different values are needed.')
    place_of = {name: place for place, name in enumerate(classes)}
    return np.array([place_of[text] for text in as_texts(column)], dtype=np.int64), classes


@hookimpl
def register_data_sources() -> DataSource:
    return DataSource(
        "table",
        load,
        title="Table",
        summary="A CSV, TSV or Parquet file: one row a sample",
        when="For numbers and categories in columns, from a spreadsheet or a database.",
        notes=(
            "Missing numbers are replaced by the mean of the training rows; a category that training has not seen "
            "counts as missing.",
            "A column of dates gives the years since 2000 and, as sine and cosine, where in the year, the week and the "
            "day it lies.",
        ),
    )
