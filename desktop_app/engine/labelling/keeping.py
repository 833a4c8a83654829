"""The file that a folder's labels are kept in, so that they are there again whatever happens to the program."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from desktop_app.errors import DataError
from desktop_app.reading.label_file import LABEL_FILE, read_labels, write_labels

_PAUSE_SECONDS = 1.0


class LabelKeeper:
    """Reads and writes the labels of ``folder``: in its ``labels.csv``, or in another file where that cannot be.

    In the folder's own file pictures are named from the folder; in a file elsewhere by their whole paths.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.file = folder / LABEL_FILE
        self._clock = clock
        self._written: dict[str, str] | None = None
        self._written_at: float | None = None
        self._has_more = False

    @property
    def can_write(self) -> bool:
        """Whether the file's folder takes new files, as far as can be told before trying."""
        return os.access(self.file.parent, os.W_OK)

    @property
    def elsewhere(self) -> bool:
        """Whether the labels are kept in another file than the folder's own."""
        return self.file != self.folder / LABEL_FILE

    def read(self) -> dict[str, str]:
        """Return the class of each picture by its name, nothing where there is no file yet.

        Raises: ``DataError`` where there is a file that cannot be read as labels.
        """
        if not self.file.is_file():
            return {}
        found = read_labels(self.file)
        self._has_more = bool(found.columns)
        self._written = {self._inside(name): label for name, label in found.pairs if name and label}
        return dict(self._written)

    def keep_elsewhere(self, file: Path) -> None:
        """Write to ``file`` from now on."""
        self.file = file.absolute()
        self._written = self._written_at = None
        self._has_more = False

    def seconds_to_wait(self) -> float:
        """Return how long the next writing should wait, so that there is at most one a second."""
        if self._written_at is None:
            return 0.0
        return max(0.0, self._written_at + _PAUSE_SECONDS - self._clock())

    def write(self, labels: Mapping[str, str]) -> None:
        """Write all labels, in the order of the names, unless the file holds them already; no labels, no file.

        Raises: ``DataError`` where the disk refuses; what the file held is still there then.
        """
        if labels == self._written or (not labels and self._written is None and not self.file.exists()):
            return
        try:
            if self._has_more:
                # Somebody else's file with further columns, which are not written here: it is kept beside.
                shutil.copy2(self.file, self.file.with_name(f"{self.file.name}.original"))
                self._has_more = False
            if not labels:
                # A file of labels without any would be none; without it the folder is unsorted again.
                self.file.unlink(missing_ok=True)
            else:
                write_labels(self.file, [(self._outside(name), labels[name]) for name in sorted(labels)])
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DataError(
                f'The labels cannot be written to "{self.file}" ({reason}); keep them elsewhere.'
            ) from error
        self._written, self._written_at = dict(labels), self._clock()

    def _outside(self, name: str) -> str:
        return (self.folder.absolute() / name).as_posix() if self.elsewhere else name

    def _inside(self, name: str) -> str:
        path = Path(name.replace("\\", "/"))
        whole = self.folder.absolute()
        return (
            path.relative_to(whole).as_posix() if path.is_absolute() and path.is_relative_to(whole) else path.as_posix()
        )
