"""A table of numbers with names over its columns: what a drawing is saved as."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sheet:
    """Names of columns, and rows of numbers or texts, each as long as ``header``."""

    header: tuple[str, ...]
    rows: Sequence[Sequence[object]]

    @classmethod
    def of_columns(cls, columns: dict[str, Iterable[object]]) -> Sheet:
        """Make a sheet of columns of one length, by name.

        Raises: ``ValueError`` where one column is longer than another.
        """
        return cls(tuple(columns), list(zip(*columns.values(), strict=True)))

    def write_csv(self, file: Path) -> None:
        """Write it as CSV in UTF-8; floats with all the digits they have.

        Raises: ``OSError`` where the file cannot be written.
        """
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(self.header)
            writer.writerows([_plain(value) for value in row] for row in self.rows)


def _plain(value: object) -> object:
    """Return NumPy's and torch's numbers as Python's, which are written without their type."""
    return value.item() if hasattr(value, "item") else value
