"""Text tables (.csv, .tsv) become frames of texts; what the texts mean is settled in ``tables.py``."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import polars as pl

from desktop_app.errors import DataError

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def read_delimited(path: Path) -> tuple[pl.DataFrame, str]:
    """Return a text table with every column as text, and what its cells are apart by.

    A cell with nothing in it is missing, a line of such no row.
    The encoding is UTF-8 (or UTF-16 with its mark), else Latin-1; a ``.csv`` may have commas, semicolons or tabs,
    whichever its header has most of.
    Raises: ``DataError`` for a file without text, header or rows, for a line with too many or too few cells, and for a
    column name that is there twice.
    """
    text = _decoded(path)
    separator = "\t" if path.suffix.lower() == ".tsv" else _separator(text)
    header = _checked_header(path, text, separator)
    try:
        frame = pl.read_csv(
            io.BytesIO(text.encode()),
            has_header=False,
            separator=separator,
            infer_schema=False,
            new_columns=[f"column {place}" for place in range(len(header))],
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise DataError(f'The table "{path}" cannot be read: {reason}.') from error
    frame = frame.slice(1)  # the header, read by the csv module above
    frame.columns = header
    frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))
    if frame.height == 0:
        raise DataError(f'The table "{path}" has a header but no rows; add some.')
    return frame, separator


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if not data.strip():
        raise DataError(f'The table "{path}" is empty ({len(data)} bytes).')
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in data[:4096]:
        raise DataError(f'The table "{path}" is not a text file; save it as CSV or Parquet.')
    else:
        encodings = ["utf-8-sig", "latin-1"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # The two readers below do not agree about empty lines before the header and old Macintosh line ends.
        return (text if "\n" in text else text.replace("\r", "\n")).lstrip("\r\n")
    raise DataError(f'The table "{path}" is not a text file that can be read; save it as CSV in UTF-8.')


def _separator(text: str) -> str:
    first = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
    return max(",;\t", key=first.count)


def _checked_header(path: Path, text: str, separator: str) -> list[str]:
    """Return the names of the columns after looking at the length of every line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header: list[str] = []
    try:
        for cells in reader:
            if not cells:
                continue
            if not header:
                header = [name.strip() for name in cells]
            elif len(cells) != len(header):
                raise DataError(
                    f'Line {reader.line_num} of the table "{path}" has {len(cells)} instead of {len(header)} cells; '
                    f"give every line as many as the header."
                )
    except csv.Error as error:
        raise DataError(f'The table "{path}" cannot be read at line {reader.line_num}: {error}.') from error
    if all(_NUMBER.fullmatch(name) for name in header):
        raise DataError(f'The table "{path}" starts with numbers; its first line must hold the names of the columns.')
    header = [name or f"column {place}" for place, name in enumerate(header, 1)]
    twice, times = Counter(header).most_common(1)[0]
    if times > 1:
        raise DataError(f'The table "{path}" has two columns named "{twice}"; give each a name of its own.')
    return header
