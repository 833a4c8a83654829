"""Copies pictures into folders by what they were taken for; those that a person should look at lie apart."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.errors import DataError
from desktop_app.inference.answer import Prediction

NOT_SURE = "not sure"
"""The folder of the pictures whose label is not sure."""

_LONGEST_NAME = 100
# Windows: https://learn.microsoft.com/windows/win32/fileio/naming-a-file; the strictest of the systems.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Sorted:
    """What was copied: how many pictures ``by_label``, how many to ``not sure``, and what could not be copied.

    ``left_out`` holds each input with its reason.
    """

    by_label: dict[str, int] = field(default_factory=dict)
    unsure: int = 0
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def copied(self) -> int:
        """How many pictures were copied in all."""
        return sum(self.by_label.values()) + self.unsure


class SortedFolders:
    """Copies pictures one by one to ``FOLDER/LABEL/NAME``, the unsure ones to ``FOLDER/not sure/``.

    The names of the unsure ones begin with their probability (``0.412 NAME``), so that a file manager shows the least
    certain first, also where the folder is filled in several goes. Nothing is overwritten: a name that is taken gets a
    number, ``NAME (2)``. A label that is no folder's name on one of the systems is changed as little as needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._by_label: dict[str, int] = {}
        self._unsure = 0
        self._left_out: list[tuple[str, str]] = []
        self._names: dict[tuple[str, ...], dict[str, str]] = {}

    def add(self, prediction: Prediction) -> None:
        """Copy a picture, or note why not. Raises: ``DataError`` where the folder cannot be written to."""
        label, probability = prediction.label, prediction.probability
        if prediction.problem or label is None or probability is None:
            self._left_out.append((prediction.input, prediction.problem or "has no label"))
            return
        source, labels = Path(prediction.input), prediction.labels or (label,)
        if labels not in self._names:
            self._names[labels] = folder_names(labels)
        if prediction.unsure:
            problem = _copied(source, self.folder / NOT_SURE, f"{probability:.3f} {source.name}")
        else:
            problem = _copied(source, self.folder / self._names[labels][label], source.name)
        if problem:
            self._left_out.append((prediction.input, problem))
        elif prediction.unsure:
            self._unsure += 1
        else:
            self._by_label[label] = self._by_label.get(label, 0) + 1

    def result(self) -> Sorted:
        """Return what was copied so far."""
        return Sorted(dict(self._by_label), self._unsure, tuple(self._left_out))


def copy_by_label(predictions: Iterable[Prediction], folder: Path) -> Sorted:
    """Copy each picture by its label and return what was copied; see ``SortedFolders``.

    Raises: ``DataError`` where ``folder`` cannot be written to.
    """
    folders = SortedFolders(folder)
    for prediction in predictions:
        folders.add(prediction)
    return folders.result()


def folder_names(labels: Sequence[str]) -> dict[str, str]:
    """Return a folder's name for each label, valid on Linux, Windows and macOS, no two the same there."""
    taken = {NOT_SURE}
    names: dict[str, str] = {}
    for label in labels:
        if label in names:
            continue
        plain = _FORBIDDEN.sub("_", label)[:_LONGEST_NAME].strip().rstrip(".")
        if not plain or plain.startswith("."):
            plain = f"_{plain}"
        if _RESERVED.fullmatch(plain):
            plain = f"{plain}_"
        name, number = plain, 2
        while name.casefold() in taken:
            name, number = f"{plain} ({number})", number + 1
        taken.add(name.casefold())
        names[label] = name
    return names


def _copied(source: Path, target: Path, name: str) -> str:
    """Copy a file under a name that is not taken, and return why it could not be read, if so."""
    if not source.is_file():
        return "is no file: only pictures are copied"
    try:
        content = source.open("rb")
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    with content:
        try:
            target.mkdir(parents=True, exist_ok=True)
            path = _new_file(target, name)
        except OSError as error:
            raise DataError(f'Pictures cannot be copied to "{target}": {error.strerror or error}.') from error
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)
            with contextlib.suppress(OSError):  # a file system without times
                shutil.copystat(source, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            raise DataError(f'"{source}" cannot be copied to "{path}": {error.strerror or error}.') from error
    return ""


def _new_file(folder: Path, name: str) -> Path:
    """Create an empty file of a name that nothing else has, and return it."""
    stem, suffix = os.path.splitext(name)
    number = 1
    while True:
        path = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        try:
            path.open("xb").close()
        except FileExistsError:
            number += 1
            continue
        return path
