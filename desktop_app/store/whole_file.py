"""Text on disk that is never half written."""

from __future__ import annotations

import os
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Write ``text`` in UTF-8 beside ``path`` and rename it over: a reader, or a kill, meets a whole file.

    Raises: ``OSError`` where the disk refuses; an older file at ``path`` is then still there.
    """
    content = text.encode("utf-8")
    beside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
