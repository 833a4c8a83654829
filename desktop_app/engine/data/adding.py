"""One more picture for the training data: copied to where its class is, labelled, and taken out again."""

from __future__ import annotations

import filecmp
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import DataError, did_you_mean
from desktop_app.reading.archives import ARCHIVE_SUFFIXES
from desktop_app.reading.label_file import add_label, matched_files, read_labels, remove_label
from desktop_app.reading.picture_files import PICTURE_SUFFIXES, picture_files, picture_names
from desktop_app.reading.picture_folders import label_file_of, sub_folders
from desktop_app.reading.pictures import check_picture
from desktop_app.reading.tables import TABLE_SUFFIXES

_TRAINING = "train"
_SPLIT = frozenset({_TRAINING, "val", "validation", "valid", "test"})


@dataclass(frozen=True)
class Added:
    """``file`` is the copy in the training data; ``labels`` and ``line`` are the CSV that got a line, and the line."""

    file: Path
    label: str
    labels: Path | None = None
    line: str = ""


def add_picture(data: Path, picture: Path, label: str, file_column: str = "", label_column: str = "") -> Added:
    """Copy ``picture`` into the training data as one of the class ``label``, and return what was done.

    Args:
        data: What ``data.path`` of an ``image_folder`` names: a folder with one sub-folder a class, one that is split
            already (the picture goes to ``train/``), or one with a CSV of labels, or that CSV.
        picture: The file; it stays where it is.
        label: A class that has pictures already.
        file_column: As ``image_folder`` has it, for a CSV.
        label_column: As ``image_folder`` has it, for a CSV.
    Raises: ``DataError`` where ``data`` is nothing that can be added to, lacks the class or has the very picture
        already, for a picture that cannot be read, and where the disk refuses.
    """
    picture = Path(picture).absolute()
    if picture.suffix.lower() not in PICTURE_SUFFIXES:
        raise DataError(f'"{picture}" would not be found as a picture; give it an ending such as .jpg first.')
    problem = check_picture(picture)
    if problem is not None:
        raise DataError(f'The picture "{picture}" {problem}; it is not added.')
    folder, labels = _opened(Path(data))
    target = _class_folder(folder, label) if labels is None else _beside(labels, label, file_column, label_column)
    _refuse_copy(folder, picture)
    file = _free_name(target, picture.name)
    try:
        _copy(picture, file)
        if labels is None:
            return Added(file, label)
        try:
            name = file.relative_to(labels.parent).as_posix()
            return Added(file, label, labels, add_label(labels, name, label, file_column, label_column))
        except (DataError, OSError):
            file.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f'The picture "{picture.name}" cannot be written to "{target}": {reason}.') from error


def take_out(added: Added) -> None:
    """Take a picture that ``add_picture`` added out of the training data again; one that is gone already is no error.

    Raises: ``DataError`` where the disk refuses.
    """
    try:
        if added.labels is not None and added.labels.is_file():
            remove_label(added.labels, added.line)
        added.file.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f'"{added.file}" cannot be taken out of the training data: {reason}.') from error


def _opened(data: Path) -> tuple[Path, Path | None]:
    """Return the folder of the training data, and its CSV of labels where it has one."""
    data = data.absolute()
    if data.is_file() and data.suffix.lower() in ARCHIVE_SUFFIXES:
        raise DataError(f'"{data.name}" is an archive, to which nothing is added; unpack it and open the folder.')
    if data.is_file() and data.suffix.lower() in TABLE_SUFFIXES:
        return data.parent, data
    if not data.is_dir():
        raise DataError(f'There is no folder "{data}" any more to add the picture to; choose the data again.')
    names = {path.name.lower() for path in sub_folders(data)}
    is_split = _TRAINING in names and names <= _SPLIT
    return data, None if is_split else label_file_of(data)


def _class_folder(folder: Path, label: str) -> Path:
    """Return the folder with a class's pictures; where the data is split already, that of the training pictures."""
    folders = sub_folders(folder)
    if {path.name.lower() for path in folders} <= _SPLIT:
        folders = next((sub_folders(path) for path in folders if path.name.lower() == _TRAINING), folders)
    known = {path.name: path for path in folders}
    if label not in known:
        raise DataError(_no_class(label, list(known)))
    return known[label]


def _beside(labels: Path, label: str, file_column: str, label_column: str) -> Path:
    """Return the folder in which a class's first picture lies, for data that is labelled by a CSV."""
    pairs = read_labels(labels, file_column, label_column).pairs
    known = {found for _, found in pairs if found}
    if label not in known:
        raise DataError(_no_class(label, sorted(known)))
    files = [file for file, found in pairs if found == label]
    there = next((name for name in matched_files(files, picture_names(labels.parent)) if name is not None), None)
    return (labels.parent / there).parent if there is not None else labels.parent


def _no_class(label: str, known: list[str]) -> str:
    return f'The training data has no class "{label}"; add pictures of it on the Data page.{did_you_mean(label, known)}'


def _refuse_copy(folder: Path, picture: Path) -> None:
    """Look for a file with the very same content, of which only those of the same size are opened."""
    size = picture.stat().st_size
    for other in picture_files(folder):
        try:
            same = os.stat(other).st_size == size and filecmp.cmp(other, picture, shallow=False)
        except OSError:  # it went away meanwhile, or may not be read
            continue
        if same:
            raise DataError(f"This picture is in the training data already, as {other.relative_to(folder).as_posix()}.")


def _free_name(folder: Path, name: str) -> Path:
    file, number = folder / name, 2
    while file.exists():
        file = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return file


def _copy(picture: Path, file: Path) -> None:
    """Copy so that a picture that is half there is never taken for one: hidden files are left out of the data."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        shutil.copyfile(picture, beside)
        beside.replace(file)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
