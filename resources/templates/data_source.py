"""New data source: TODO say in a line what it reads."""

import json
from pathlib import Path

import numpy as np

from desktop_app.api import DataError, DataSource, Samples, Table, hookimpl


def load(folder: Path | None, label: str = "label") -> Samples:
    """Read a file with one JSON object a line: numbers, and the name of the class under ``label``.

    Args:
        folder: The file; it is the experiment's ``data.path``.
        label: The key that holds the name of the class.

    Raises: ``DataError`` for a file that is missing, is no such file, or holds fewer than two classes.
    """
    if folder is None:
        raise DataError("data.path is missing: new_data_source needs a file with one JSON object a line.")
    try:
        rows = [json.loads(line) for line in folder.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise DataError(f"{folder} cannot be read as one JSON object a line ({error}).") from error
    if not all(isinstance(row, dict) and label in row for row in rows):
        raise DataError(f'{folder}: each line must be a JSON object with the key "{label}".')
    texts = [str(row[label]) for row in rows]
    classes = tuple(sorted(set(texts)))
    if len(classes) < 2:
        raise DataError(f'{folder}: two different values of "{label}" are needed, found {len(classes)}.')
    columns = tuple(sorted({name for row in rows for name in row} - {label}))
    if not columns:
        raise DataError(f'{folder}: there is nothing to learn from beside "{label}".')
    return Samples(
        kind="table",
        items=Table(columns, _numbers(folder, rows, columns)),
        labels=np.array([classes.index(text) for text in texts], dtype=np.int64),
        classes=classes,
        names=[f"line {place + 1}" for place in range(len(rows))],
    )


def _numbers(folder: Path, rows: list[dict[str, float]], columns: tuple[str, ...]) -> "np.ndarray":
    """Return ``float32 [rows, columns]``, NaN where a number is missing."""
    try:
        return np.array([[row.get(name, np.nan) for name in columns] for row in rows], dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(f"{folder}: every value but the class must be a number ({error}).") from error


@hookimpl
def register_data_sources() -> DataSource:
    return DataSource(
        "new_data_source",
        load,
        title="New data source",
        summary="A file with one JSON object a line",
        when="TODO say in a sentence when to pick it.",
    )
