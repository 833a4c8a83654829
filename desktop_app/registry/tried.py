"""What came of trying out the import of files, by their SHA-256, so that a known one costs nothing."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from desktop_app.registry.json_file import read_json, write_json

_FILE = "tried_plugins.json"
_MOST = 500
# What ends the process of one Python may be harmless in another.
_PYTHON = f"{sys.implementation.cache_tag}-{sys.platform}"


class Tried:
    """Reasons by SHA-256: an empty one for a file whose import left the process alive."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE
        content = read_json(self._file)
        rows = content.get(_PYTHON) if isinstance(content, dict) else None
        self._reasons: dict[str, str] = {}
        if isinstance(rows, dict):
            self._reasons = {str(sha256): reason for sha256, reason in rows.items() if isinstance(reason, str)}

    def reason(self, sha256: str) -> str | None:
        """Return why that file must not be imported, an empty text where it may be, ``None`` where nobody knows."""
        return self._reasons.get(sha256)

    def note(self, sha256: str, reason: str) -> None:
        """Keep what came of a trial; the oldest of too many is forgotten."""
        self._reasons.pop(sha256, None)
        self._reasons[sha256] = reason
        while len(self._reasons) > _MOST:
            del self._reasons[next(iter(self._reasons))]
        self._write()

    def forget_failures(self) -> None:
        """Have the files that failed tried again: the machine may only have been busy."""
        kept: dict[str, str] = {sha256: reason for sha256, reason in self._reasons.items() if not reason}
        if kept != self._reasons:
            self._reasons = kept
            self._write()

    def _write(self) -> None:
        with contextlib.suppress(OSError):  # a cache: where the disk refuses, files are tried again
            write_json(self._file, {_PYTHON: self._reasons})
