"""How the pictures in a folder are labelled: by class folders, by a CSV, or not at all."""

import itertools
import os
from pathlib import Path

from desktop_app.reading.label_file import LABEL_FILE, names_pictures
from desktop_app.reading.picture_files import holds_pictures


def label_file_of(folder: Path) -> Path | None:
    """Return the CSV that labels the pictures in ``folder``, or ``None`` where class folders do or nothing does.

    It is ``labels.csv``, or the only CSV there. Beside two folders of pictures or more it counts only if it names
    pictures: a table about something else may lie there as well.
    """
    with os.scandir(folder) as entries:
        tables = sorted(folder / entry.name for entry in entries if _is_table(entry.name) and entry.is_file())
    own = [path for path in tables if path.name.lower() == LABEL_FILE]
    if not own and len(tables) != 1:
        return None
    found = (own or tables)[0]
    return found if names_pictures(found) or not has_class_folders(folder) else None


def has_class_folders(folder: Path) -> bool:
    """Return whether two folders or more in ``folder`` hold pictures."""
    return len(list(itertools.islice(filter(holds_pictures, sub_folders(folder)), 2))) == 2


def is_unsorted(folder: Path) -> bool:
    """Return whether ``folder`` holds pictures of which nothing says what they show.

    Two folders or more in it are meant to be classes, even where all but one are empty.
    """
    try:
        return len(sub_folders(folder)) < 2 and holds_pictures(folder) and label_file_of(folder) is None
    except OSError:
        return False


def sub_folders(folder: Path) -> list[Path]:
    """Return the folders in ``folder`` that are not hidden, in the order of their names."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if not entry.name.startswith(".") and _is_folder(entry))
    return [folder / name for name in names]


def _is_table(name: str) -> bool:
    return name.lower().endswith(".csv") and not name.startswith(".")


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False
