"""The labels of pictures that lie together in one folder: a CSV with one picture a line, read and written here.

What is written is ``labels.csv``: a header ``file,label``, then one line a picture, its path from the CSV's folder with
forward slashes. What others wrote is read as well: the columns are recognised by their names, and may be more.
"""

import csv
import io
import itertools
import os
import posixpath
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import polars as pl

from desktop_app.errors import DataError, did_you_mean
from desktop_app.reading.delimited import read_delimited
from desktop_app.reading.picture_files import PICTURE_SUFFIXES

LABEL_FILE = "labels.csv"
"""The name under which labels are written, and first looked for."""

# The likeliest first: of an "image" and a "path" column, both of which may be there, the one that names a file whole.
_FILE_COLUMNS = (
    *("file", "filename", "file_name", "filepath", "file_path", "path", "image_path", "img_path", "image", "img"),
    *("image_name", "image_file", "picture", "photo", "image_id", "img_id", "id"),
)
_LABEL_COLUMNS = (
    *("label", "labels", "class", "class_name", "classname", "category", "target", "species", "breed", "kind"),
    *("tag", "class_label", "image_label", "label_name", "class_id", "y"),
)

# So many lines tell a CSV of pictures from a table, and so many entries of a folder are looked at for each.
_LOOKED_AT = 10
_HEAD_CHARACTERS = 1 << 16
_FOLDERS_LOOKED_AT = 100
_USUAL_SUFFIXES = (".jpg", ".png", ".jpeg", ".JPG")


@dataclass(frozen=True)
class Labels:
    """What a CSV of labels holds, line by line.

    ``pairs``: each line's file, as it is written there, and its label, empty where there is none. ``columns``: the
    other columns by name, as long as ``pairs``, with empty texts where a cell is empty.
    """

    pairs: tuple[tuple[str, str], ...]
    columns: Mapping[str, tuple[str, ...]]


def read_labels(path: Path, file_column: str = "", label_column: str = "") -> Labels:
    """Return the labels in a CSV.

    Columns that are not named are recognised: ``file``, ``filename``, ``image``, ``path`` and the like; ``label``,
    ``class``, ``category``, ``target``, ``species`` and the like, in capitals or not.
    Raises: ``DataError`` for a file that is no table, and where a column is missing or not to be recognised.
    """
    path = Path(path)
    try:
        frame, _ = read_delimited(path)
    except OSError as error:
        raise DataError(f'The labels "{path}" cannot be read: {error.strerror or error}.') from error
    columns = frame.columns
    files = _column(path, columns, file_column, _FILE_COLUMNS, "file_column", "the pictures' files")
    labels = _column(path, columns, label_column, _LABEL_COLUMNS, "label_column", "their labels")
    pairs = tuple(zip(_texts(frame[files]), (text.strip() for text in _texts(frame[labels])), strict=True))
    return Labels(pairs, {name: _texts(frame[name]) for name in frame.columns if name not in (files, labels)})


def matched_files(files: Sequence[str], names: Collection[str]) -> list[str | None]:
    """Return for each file that a CSV of labels names which of ``names`` it is, ``None`` where it is none of them.

    ``names`` are paths from the CSV's folder on, with forward slashes. A file is found by its whole path; else, where
    only one bears it, by its name without folders; else by that without its suffix, as in a column of identifiers.
    """
    exact = {_normal(name): name for name in names}
    by_name: dict[str, str | None] = {}
    by_stem: dict[str, str | None] = {}
    for key, name in exact.items():
        for known, short in ((by_name, _short(key)), (by_stem, posixpath.splitext(_short(key))[0])):
            known[short] = None if short in known else name
    found = []
    for file in files:
        key = _normal(file.replace("\\", "/") if file not in exact else file)
        short = _short(key)
        found.append(exact.get(key) or by_name.get(short) or by_stem.get(short))
    return found


def names_pictures(path: Path) -> bool:
    """Return whether a CSV has columns of files and labels, and most of the first files it names are there.

    They are looked for in the CSV's folder and in the folders right below it, with and without their suffix.
    """
    first = [name.replace("\\", "/") for name in _first_files(path)]
    there = sum(_lies_near(path.parent, name) for name in first)
    return there * 2 > len(first)


def _first_files(path: Path) -> list[str]:
    """Return the files in the first lines of a CSV, none where it has no columns of files and labels."""
    try:
        # Gigabytes are not read to tell what they are.
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            text = file.read(_HEAD_CHARACTERS)
    except OSError:
        return []
    header = text.lstrip("\r\n").partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    try:
        filled = [row for row in itertools.islice(rows, _LOOKED_AT + 2) if any(row)]
    except csv.Error:
        return []
    known = {_plain(name): place for place, name in reversed(list(enumerate(filled[0] if filled else [])))}
    place = next((known[name] for name in _FILE_COLUMNS if name in known), None)
    if place is None or not any(name in known for name in _LABEL_COLUMNS):
        return []
    return [row[place] for row in filled[1 : _LOOKED_AT + 1] if len(row) > place and row[place]]


def _lies_near(folder: Path, name: str) -> bool:
    try:
        if (folder / name).is_file():
            return PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES
        below = [entry.path for entry in itertools.islice(os.scandir(folder), _FOLDERS_LOOKED_AT) if entry.is_dir()]
    except (OSError, ValueError):  # a cell that cannot be a file's name
        return False
    short = _short(name)
    suffixes = ("",) if PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES else _USUAL_SUFFIXES
    return any(
        os.path.isfile(os.path.join(place, short + suffix)) for place in (str(folder), *below) for suffix in suffixes
    )


def _normal(name: str) -> str:
    """Return a path without needless parts, its accents composed: macOS writes them apart."""
    return unicodedata.normalize("NFC", posixpath.normpath(name))


def _short(name: str) -> str:
    return posixpath.basename(name).lower()


def write_labels(path: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Write files and their labels; ``path`` is at any moment the whole old or the whole new file.

    Files are named from the folder of ``path`` with forward slashes.
    Raises: ``DataError`` for a name that is no valid text; ``OSError`` where the disk refuses.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "label"))
    for file, label in pairs:
        writer.writerow((file, label))
    _replace(path, _encoded(text.getvalue()))


def add_label(path: Path, file: str, label: str, file_column: str = "", label_column: str = "") -> str:
    """Add a line for ``file`` at the end of a CSV of labels, whoever wrote it, and return the line.

    Its other columns stay empty there; nothing of what the CSV holds is written anew. See ``read_labels`` for the
    columns.
    Raises: ``DataError`` where a column is missing or not to be recognised, for a CSV that is not in UTF-8, and for a
        name that is no valid text; ``OSError`` where the disk refuses.
    """
    frame, separator = read_delimited(path)
    columns = frame.columns
    files = _column(path, columns, file_column, _FILE_COLUMNS, "file_column", "the pictures' files")
    labels = _column(path, columns, label_column, _LABEL_COLUMNS, "label_column", "their labels")
    cells = [{files: file, labels: label}.get(name, "") for name in columns]
    content = path.read_bytes()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f'The labels "{path}" are not in UTF-8; save the file in UTF-8 to add to it.') from error
    end = next((end for end in ("\r\n", "\n", "\r") if end.encode() in content), "\n")
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end).writerow(cells)
    between = "" if content.endswith((b"\n", b"\r")) else end
    _replace(path, content + _encoded(between + text.getvalue()))
    return text.getvalue()


def remove_label(path: Path, line: str) -> None:
    """Take the last line that ``add_label`` returned as ``line`` out of a CSV; nothing happens where it is gone.

    Raises: ``OSError`` where the disk refuses.
    """
    content, wanted = path.read_bytes(), line.encode("utf-8")
    start = max(content.rfind(end + wanted) for end in (b"\n", b"\r")) + 1
    if start:
        _replace(path, content[:start] + content[start + len(wanted) :])


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        wrong = error.object[max(0, error.start - 20) : error.end].splitlines()[-1]
        raise DataError(f"The file name that ends in {wrong!r} is no valid text; rename the file.") from error


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is at any moment the whole old or the whole new one."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _column(path: Path, columns: Sequence[str], wanted: str, likely: Sequence[str], option: str, what: str) -> str:
    if wanted:
        if wanted not in columns:
            hint = did_you_mean(wanted, columns)
            raise DataError(
                f'data.source.{option}: "{path}" has no column "{wanted}"; it has: {", ".join(columns)}.{hint}'
            )
        return wanted
    lowered = {_plain(name): name for name in reversed(columns)}
    found = next((lowered[name] for name in likely if name in lowered), None)
    if found is None:
        raise DataError(
            f'"{path}" has no column that is known to hold {what}; name it in data.source.{option}, one of: '
            f"{', '.join(columns)}."
        )
    return found


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_")


def _texts(column: pl.Series) -> tuple[str, ...]:
    return tuple(column.fill_null("").to_list())
