"""Watches a folder for pictures that come or change, by looking: network drives and cameras send no events."""

from __future__ import annotations

import os
from pathlib import Path

from desktop_app.errors import DataError
from desktop_app.reading.picture_files import picture_names

_State = tuple[int, int]
"""A file's size in bytes and its time of change in nanoseconds."""


class WatchedFolder:
    """A folder and the folders below it, whether it is there or not; used by one thread.

    Args:
        folder: What is watched.
        existing: Whether the pictures that are there from the start count as new.
    """

    def __init__(self, folder: Path, *, existing: bool = False) -> None:
        self.folder = Path(folder)
        self._known: dict[str, _State] = {} if existing else self._look()
        self._seen: dict[str, _State] = dict(self._known)

    def new_files(self) -> list[Path]:
        """Return the pictures that are new or changed since they were last returned, in the order of their names.

        One that is still being written comes later: its size and time have to be the same on two looks in a row, so a
        picture comes at the second call at the earliest. A folder that is gone has none, and what comes back with it
        unchanged is not new.
        """
        found = self._look()
        ready = [name for name, state in found.items() if state == self._seen.get(name) != self._known.get(name)]
        self._known |= {name: found[name] for name in ready}
        if found or self.folder.is_dir():
            # A name that is gone may be given to another picture; while the whole folder is gone nothing is known.
            self._known = {name: state for name, state in self._known.items() if name in found}
        self._seen = found
        return [self.folder / name for name in ready]

    def _look(self) -> dict[str, _State]:
        try:
            names = picture_names(self.folder)
        except (DataError, OSError):
            return {}
        found = {}
        for name in names:
            try:
                status = os.stat(self.folder / name)
            except OSError:  # gone between the two looks, or a link that leads nowhere
                continue
            if status.st_size:
                found[name] = (status.st_size, status.st_mtime_ns)
        return found
