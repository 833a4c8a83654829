"""Folders of pictures: one sub-folder a class, or ``train/`` and ``val/`` with one sub-folder a class each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from desktop_app.api import DataError, DataSource, ProblemReport, Samples, hookimpl, picture_files

_TRAINING = "train"
_VALIDATION = ("val", "validation", "valid", "test")
# Kinds of pictures that cameras and programs write but that are not read here; other files are no pictures at all.
_FOREIGN = frozenset(
    {".heic", ".heif", ".avif", ".jxl", ".jp2", ".psd", ".svg", ".raw", ".dng", ".cr2", ".nef", ".arw"}
)


def load(folder: Path | None, unreadable: Literal["fail", "skip"] = "fail") -> Samples:
    """List the pictures below ``folder`` with their classes; none of them is opened here.

    Sub-folders are the classes, in the order of their names, and may have folders of their own. A folder with nothing
    but ``train`` and one or more of ``val``, ``validation``, ``valid`` and ``test`` is split already: the first of
    these is validated on, and a second one stays unused. A class without pictures is left out and reported.

    Args:
        folder: The folder that holds the classes' sub-folders.
        unreadable: What to do about kinds of pictures that cannot be read (HEIC, raw, SVG): refuse, or skip and report.
    Raises: ``DataError`` for a missing folder, no sub-folders, fewer than two classes with pictures, and a class that
        is only validated on.
    """
    if folder is None:
        raise DataError("data.path is missing: image_folder needs a folder with one sub-folder a class.")
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise DataError(f'The folder "{folder}" {what}; data.path must name a folder with one sub-folder a class.')
    if not _sub_folders(folder):
        raise DataError(f'The folder "{folder}" has no sub-folders; put the pictures of each class into one.')
    split = _own_split(folder)
    training, problems = _pictures_by_class(split[0] if split else folder, unreadable)
    validation: dict[str, list[Path]] = {}
    if split:
        validation, more = _pictures_by_class(split[1], unreadable)
        problems += more
        unknown = sorted(set(validation) - set(training))
        if unknown:
            raise DataError(
                f'The class "{unknown[0]}" has pictures in "{split[1]}" but none in "{split[0]}"; add some.'
            )
        if not validation:
            raise DataError(f'The folder "{split[1]}" holds no pictures to validate on; add some or remove it.')
    if len(training) < 2:
        found = f'only "{next(iter(training))}"' if training else "none"
        raise DataError(f'"{split[0] if split else folder}" needs two classes with pictures or more, and has {found}.')
    return _samples(folder, training, validation if split else None, problems)


def _samples(
    folder: Path,
    training: dict[str, list[Path]],
    validation: dict[str, list[Path]] | None,
    problems: list[ProblemReport],
) -> Samples:
    classes = tuple(sorted(training))
    place_of = {name: place for place, name in enumerate(classes)}
    both = [*training.items(), *(validation or {}).items()]
    paths = [path for _, found in both for path in found]
    labels = np.array([place_of[name] for name, found in both for _ in found], dtype=np.int64)
    first_validated = sum(map(len, training.values()))
    return Samples(
        kind="files",
        items=paths,
        labels=labels,
        classes=classes,
        validation=None if validation is None else range(first_validated, len(paths)),
        names=[path.relative_to(folder).as_posix() for path in paths],
        problems=tuple(problems),
    )


def _pictures_by_class(folder: Path, unreadable: str) -> tuple[dict[str, list[Path]], list[ProblemReport]]:
    found, problems = {}, []
    for sub_folder in _sub_folders(folder):
        foreign = picture_files(sub_folder, _FOREIGN)
        if foreign and unreadable == "fail":
            raise DataError(
                f'The picture "{foreign[0]}" is of a kind that cannot be read; save it as JPEG or PNG, or set '
                f'data.unreadable = "skip".'
            )
        problems += [ProblemReport(str(path), "is of a kind that cannot be read; it is left out") for path in foreign]
        pictures = picture_files(sub_folder)
        if pictures:
            found[sub_folder.name] = pictures
        else:
            problems.append(ProblemReport(str(sub_folder), "holds no pictures; the class is left out"))
    return found, problems


def _own_split(folder: Path) -> tuple[Path, Path] | None:
    """Return the folders to train on and to validate on, where ``folder`` holds nothing but such."""
    parts = {path.name.lower(): path for path in _sub_folders(folder)}
    validated = next((parts[name] for name in _VALIDATION if name in parts), None)
    if _TRAINING not in parts or validated is None or not set(parts) <= {_TRAINING, *_VALIDATION}:
        return None
    return (parts[_TRAINING], validated) if all(map(_sub_folders, (parts[_TRAINING], validated))) else None


def _sub_folders(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


@hookimpl
def register_data_sources() -> DataSource:
    return DataSource(
        "image_folder",
        load,
        title="Folder of pictures",
        summary="One sub-folder a class, or train/ and val/ with one sub-folder a class each",
        when="For your own pictures: sort them into one folder a class.",
        notes=(
            "Class names are the names of the folders. With train/ and val/ the split is yours, and the shares of "
            "the split are ignored.",
        ),
    )
