"""Folders of pictures: one sub-folder a class; ``train/``, ``val/`` and ``test/`` of such; or a CSV of labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from desktop_app.api import (
    DataError,
    DataSource,
    ProblemReport,
    Samples,
    hookimpl,
    label_file_of,
    matched_files,
    picture_names,
    read_labels,
    unpacked,
)

_TRAINING = "train"
_VALIDATION = ("val", "validation", "valid")
_TEST = "test"
# Kinds of pictures that cameras and programs write but that are not read here; other files are no pictures at all.
_FOREIGN = frozenset({".avif", ".jxl", ".jp2", ".psd", ".svg", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf"})


def load(
    folder: Path | None,
    unreadable: Literal["fail", "skip"] = "fail",
    file_column: str = "",
    label_column: str = "",
    group: str = "",
) -> Samples:
    """List the pictures below ``folder`` with their classes; none of them is opened here.

    Sub-folders are the classes, in the order of their names, and may have folders of their own. A folder with nothing
    but ``train`` and one or more of ``val``, ``validation``, ``valid`` and ``test`` is split already: the first of
    these is validated on and ``test`` is kept apart; with ``train`` and ``test`` alone, ``test`` is validated on.
    A CSV named ``labels.csv``, or the only one there, labels the pictures in its folder and below. ``folder`` may be
    that CSV itself, or a ZIP of any of these. A class without pictures is left out and reported, as are pictures
    without a label and labels without a picture.

    Args:
        folder: The folder, the CSV of labels, or a ZIP.
        unreadable: What to do about kinds of pictures that cannot be read (raw, SVG): refuse, or skip and report.
        file_column: The CSV's column with the pictures' files; recognised by its name (file, image, path) if empty.
        label_column: The CSV's column with the labels; recognised by its name (label, class, species) if empty.
        group: A column of the CSV whose equal values belong together; anything else is left to others.
    Raises: ``DataError`` for a missing folder, pictures that nothing labels, fewer than two classes with pictures, and
        a class that is only validated on.
    """
    if folder is None:
        raise DataError("data.path is missing: image_folder needs a folder with one sub-folder a class.")
    if folder.suffix.lower() == ".zip" and folder.is_file():
        folder = unpacked(folder)
    if folder.suffix.lower() in (".csv", ".tsv") and folder.is_file():
        return _labelled(folder.parent, folder, unreadable, file_column, label_column, group)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise DataError(f'The folder "{folder}" {what}; data.path must name a folder with one sub-folder a class.')
    parts = _own_split(folder)
    labels = None if parts else label_file_of(folder)
    if labels is not None:
        return _labelled(folder, labels, unreadable, file_column, label_column, group)
    return _in_class_folders(folder, parts, unreadable)


def _labelled(folder: Path, labels: Path, unreadable: str, file_column: str, label_column: str, group: str) -> Samples:
    """Return the pictures that ``labels`` names; what does not fit is a problem, not an end."""
    read = read_labels(labels, file_column, label_column)
    names = picture_names(folder)
    problems = _foreign(folder, unreadable)
    label_of: dict[str, str] = {}
    line_of: dict[str, int] = {}
    contradicted = set()
    for line, (name, (file, label)) in enumerate(
        zip(matched_files([file for file, _ in read.pairs], names), read.pairs, strict=True)
    ):
        if name is None:
            problems.append(ProblemReport(str(folder / file), f"is named in {labels.name} and does not exist"))
        elif label_of.get(name, label) != label:
            contradicted.add(name)
            told = f'is labelled both "{label_of[name]}" and "{label}" in {labels.name}; it is left out'
            problems.append(ProblemReport(str(folder / name), told))
        elif label:
            label_of[name] = label
            line_of[name] = line
    without = [name for name in names if name not in label_of]
    problems += [
        ProblemReport(str(folder / name), f"has no label in {labels.name}; it is left out") for name in without
    ]
    kept = [name for name in names if name in label_of and name not in contradicted]
    classes = tuple(sorted({label_of[name] for name in kept}, key=_by_number))
    if len(classes) < 2:
        found = f'only "{classes[0]}"' if classes else "none"
        raise DataError(f'The labels "{labels}" must give pictures two classes or more, and give {found}.')
    place_of = {label: place for place, label in enumerate(classes)}
    column = read.columns.get(group)
    return Samples(
        kind="files",
        items=[folder / name for name in kept],
        labels=np.array([place_of[label_of[name]] for name in kept], dtype=np.int64),
        classes=classes,
        names=kept,
        problems=tuple(problems),
        groups=[column[line_of[name]] for name in kept] if column is not None else (),
    )


def _by_number(label: str) -> tuple[int, str]:
    """Order ``2`` before ``10``, and numbers before words."""
    return (int(label), label) if label.isascii() and label.isdigit() else (2**63, label)


def _in_class_folders(folder: Path, parts: tuple[Path, Path, Path | None] | None, unreadable: str) -> Samples:
    if not _sub_folders(folder):
        raise DataError(
            f'The folder "{folder}" has no sub-folders and no labels.csv, so that nothing says what the pictures show; '
            "put those of each class into a sub-folder of its own, or label them."
        )
    trained = parts[0] if parts else folder
    names, problems = _names_by_class(folder, trained, unreadable)
    if len(names) < 2:
        found = f'only "{next(iter(names))}"' if names else "none"
        raise DataError(f'"{trained}" needs two classes with pictures or more, and has {found}.')
    classes = tuple(sorted(names))
    found_names = [(name, label) for label in classes for name in names[label]]
    own: list[range | None] = [None, None]
    for place, part in enumerate(parts[1:] if parts else ()):
        if part is None:
            continue
        held, more = _names_by_class(folder, part, unreadable)
        problems += more
        unknown = sorted(set(held) - set(names))
        if unknown:
            raise DataError(f'The class "{unknown[0]}" has pictures in "{part}" but none in "{trained}"; add some.')
        if not held:
            what = "keep apart" if place else "validate on"
            raise DataError(f'The folder "{part}" holds no pictures to {what}; add some or remove it.')
        first = len(found_names)
        found_names += [(name, label) for label in sorted(held) for name in held[label]]
        own[place] = range(first, len(found_names))
    place_of = {label: place for place, label in enumerate(classes)}
    return Samples(
        kind="files",
        items=[folder / name for name, _ in found_names],
        labels=np.array([place_of[label] for _, label in found_names], dtype=np.int64),
        classes=classes,
        validation=own[0],
        names=[name for name, _ in found_names],
        problems=tuple(problems),
        test=own[1],
    )


def _names_by_class(folder: Path, part: Path, unreadable: str) -> tuple[dict[str, list[str]], list[ProblemReport]]:
    """Return the classes in ``part`` with the names of their pictures from ``folder`` on."""
    found, problems = {}, []
    for sub_folder in _sub_folders(part):
        problems += _foreign(sub_folder, unreadable)
        prefix = sub_folder.relative_to(folder).as_posix()
        pictures = [f"{prefix}/{name}" for name in picture_names(sub_folder)]
        if pictures:
            found[sub_folder.name] = pictures
        else:
            problems.append(ProblemReport(str(sub_folder), "holds no pictures; the class is left out"))
    return found, problems


def _foreign(folder: Path, unreadable: str) -> list[ProblemReport]:
    """Return a report on each picture of a kind that is not read, or refuse the first."""
    foreign = picture_names(folder, _FOREIGN)
    if foreign and unreadable == "fail":
        raise DataError(
            f'The picture "{folder / foreign[0]}" is of a kind that cannot be read; save it as JPEG or PNG, or set '
            f'data.unreadable = "skip".'
        )
    return [ProblemReport(str(folder / name), "is of a kind that cannot be read; it is left out") for name in foreign]


def _own_split(folder: Path) -> tuple[Path, Path, Path | None] | None:
    """Return the folders to train on, validate on and keep apart, where ``folder`` holds nothing but such."""
    parts = {path.name.lower(): path for path in _sub_folders(folder)}
    if _TRAINING not in parts or not set(parts) <= {_TRAINING, *_VALIDATION, _TEST}:
        return None
    validated = next((parts[name] for name in _VALIDATION if name in parts), None)
    test = parts.get(_TEST)
    if validated is None:
        validated, test = test, None
    if validated is None or not all(_sub_folders(part) for part in (parts[_TRAINING], validated)):
        return None
    # Pictures for a competition are kept apart without their classes: nothing could be measured on them.
    return parts[_TRAINING], validated, test if test is not None and _sub_folders(test) else None


def _sub_folders(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


@hookimpl
def register_data_sources() -> DataSource:
    return DataSource(
        "image_folder",
        load,
        title="Folder of pictures",
        summary="One sub-folder a class; train/, val/ and test/ of such; or a CSV with labels. A ZIP of it will do",
        when="For your own pictures: sort them into one folder a class.",
        notes=(
            "Class names are the names of the folders. With train/ and val/ the split is yours, and the shares of "
            "the split are ignored.",
        ),
    )
