"""A CSV of labels beside the pictures: ``file,label``, one picture a row."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import DataError


@dataclass(frozen=True)
class Labels:
    """Names of pictures with their labels, in the order of the file."""

    pairs: tuple[tuple[str, str], ...]


def read_labels(path: Path) -> Labels:
    """Return the labels in ``path``. Raises: ``DataError`` where it is no such file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f'The labels in "{path}" cannot be read; repair or remove the file.') from error
    if rows and not {"file", "label"} <= rows[0].keys():
        raise DataError(f'"{path}" has no columns "file" and "label"; repair or remove the file.')
    return Labels(tuple((row["file"], row["label"]) for row in rows if row["file"] and row["label"]))


def write_labels(path: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Write ``pairs`` so that a reader meets a whole file. Raises: ``OSError`` where the disk refuses."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "label"))
    writer.writerows(pairs)
    beside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        beside.write_text(text.getvalue(), encoding="utf-8", newline="")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
