"""Which files below a folder are pictures, judged by their names alone: 100,000 take a fraction of a second."""

import math
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from desktop_app.errors import DataError

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic", ".heif", ".hif"}
)
# A glance at a whole disk ends after so many folders without a picture.
_MOST_FOLDERS = 2000


def picture_files(folder: Path, suffixes: Collection[str] = PICTURE_SUFFIXES) -> list[Path]:
    """Return the files with one of ``suffixes`` in ``folder`` and the folders below, in the order of their names.

    Suffixes are written small and with their dot, and found in capitals, too. Hidden files and folders (a leading dot)
    are left out; links are followed, each folder once.
    Raises: ``DataError`` where ``folder`` is no folder.
    """
    folder = Path(folder)
    return [folder / name for name in picture_names(folder, suffixes)]


def picture_names(folder: Path, suffixes: Collection[str] = PICTURE_SUFFIXES) -> list[str]:
    """Return what ``picture_files`` does as names from ``folder`` on, with forward slashes; files are not touched.

    Raises: ``DataError`` where ``folder`` is no folder.
    """
    if not Path(folder).is_dir():
        raise DataError(f'There is no folder "{folder}"; check the path.')
    return sorted(_walk(Path(folder), suffixes))


def holds_pictures(folder: Path) -> bool:
    """Return whether there is a picture in ``folder`` or the first thousands of folders below it."""
    return next(_walk(folder, PICTURE_SUFFIXES, _MOST_FOLDERS), None) is not None


def _walk(folder: Path, suffixes: Collection[str], most_folders: float = math.inf) -> Iterator[str]:
    """Yield what ``picture_names`` returns as it is found, in no order."""
    seen: set[tuple[int, int]] = set()
    waiting = [("", str(folder))]
    while waiting and len(seen) < most_folders:
        prefix, place = waiting.pop()
        try:
            stat = os.stat(place)  # one a folder, none a file
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            entries = os.scandir(place)
        except OSError:
            continue  # a folder that may not be looked into has nothing to show
        seen.add((stat.st_dev, stat.st_ino))
        with entries:
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                if _is_folder(entry):
                    waiting.append((f"{prefix}{name}/", entry.path))
                elif os.path.splitext(name)[1].lower() in suffixes:
                    yield prefix + name


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False
