"""Archives that a data source is pointed at, unpacked into the user's cache."""

from __future__ import annotations

from pathlib import Path

from desktop_app.folders import user_folders
from desktop_app.reading.archives import unpack


def unpacked(archive: Path) -> Path:
    """Return the folder with what a ZIP holds; it is checked and unpacked once for the same bytes, then found again.

    A single folder around everything is left out of the way.
    Raises: ``DataError`` for what is no ZIP, is damaged or encrypted, or would write elsewhere or fill the disk.
    """
    return unpack(archive, user_folders().cache / "archives")
