"""A lock between processes that ends with the process that has it: a kill leaves nothing that blocks the others."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path, wait_seconds: float) -> Iterator[None]:
    """Have the lock of ``file``, which is made, stays empty and is never deleted; not to be nested.

    Raises: ``TimeoutError`` where somebody else has it for longer than ``wait_seconds``, ``OSError`` where there can be
        no such file.
    """
    # SQLite locks files on every system, between threads too, and the system frees its locks when a process ends.
    try:
        connection = sqlite3.connect(file, timeout=wait_seconds, isolation_level=None)
    except sqlite3.Error as error:
        raise OSError(errno.EACCES, str(error)) from error
    with closing(connection):
        try:
            connection.execute("PRAGMA journal_mode = OFF")  # nothing is ever written: no file beside it
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise TimeoutError(errno.ETIMEDOUT, f"it was locked for {wait_seconds:g} seconds") from error
            raise OSError(errno.EACCES, str(error)) from error
        yield
