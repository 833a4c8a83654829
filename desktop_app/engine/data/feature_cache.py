"""Features of pictures on disk: rows in append-only files, found through an index, shared by all runs and processes.

A row counts once the index has it, and the index learns of it after it was written: a kill loses the rows of one batch
and leaves no half ones. Files only grow and are never written anew, so that what somebody has mapped stays what it was.
Nothing here is needed: what cannot be read is computed again, and what cannot be written is not kept.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import sqlite3
import time
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from desktop_app.folders import user_folders

LARGEST_BYTES = 10 * 2**30
LARGEST_SHARE_OF_FREE = 0.1
"""Of the disk's free bytes, those that the cache holds counted among them; the smaller of the two is the limit."""

# What is thrown away at once: small enough to let go of little, large enough that files stay few.
SEGMENT_BYTES = 64 * 2**20
# The index grows by some 150 bytes a file whose content it remembers; the oldest ones give way.
_MOST_FILES = 200_000
# A transaction takes milliseconds; whoever waits longer than this is better off computing.
_PATIENCE_SECONDS = 10
# A file that was just written may be written again within the same tick of its file system's clock.
_TICK_NS = 2_000_000_000
_AT_ONCE = 500  # names a question; SQLite takes 999 in its oldest builds
_SCHEMA = """
CREATE TABLE IF NOT EXISTS spaces (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, shape TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS segments (
    id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, used REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS rows (
    space INTEGER NOT NULL, name BLOB NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
    checksum INTEGER NOT NULL, PRIMARY KEY (space, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    path TEXT NOT NULL, rule TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, name BLOB NOT NULL,
    UNIQUE (path, rule)
);
CREATE INDEX IF NOT EXISTS rows_by_segment ON rows (segment);
"""


@dataclass(frozen=True)
class KnownFile:
    """What tells that a file is still what it was: its absolute path, bytes and time of last change."""

    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class StoredRow:
    """Where one picture's features lie, and what their bytes sum up to (CRC-32)."""

    file: Path
    offset: int
    shape: tuple[int, ...]
    checksum: int


class RowReader:
    """Reads stored rows through maps of their files, one a file; may be used for as long as the maps are wanted."""

    def __init__(self) -> None:
        self._maps: dict[Path, NDArray[np.uint8]] = {}

    def row(self, stored: StoredRow) -> NDArray[np.float32] | None:
        """Return the row as it lies in its file, or ``None`` where the file is gone or cut short."""
        end = stored.offset + 4 * math.prod(stored.shape)
        held = self._maps.get(stored.file)
        if held is None or len(held) < end:  # it may have grown since
            try:
                held = self._maps[stored.file] = np.memmap(stored.file, np.uint8, "r")
            except (OSError, ValueError):
                return None
        return held[stored.offset : end].view(np.float32).reshape(stored.shape) if len(held) >= end else None

    def verified(self, stored: StoredRow) -> NDArray[np.float32] | None:
        """Return the row where its bytes are those that were written, else ``None``."""
        row = self.row(stored)
        return row if row is not None and zlib.crc32(row.data) == stored.checksum else None


@dataclass
class _Writer:
    segment: int
    file: BinaryIO
    bytes: int = 0


class FeatureCache:
    """The cache, opened on the thread that uses it; ``close`` it or use it as a context.

    Rows belong to a space, which is everything that decides on them but the picture; their names tell pictures apart.
    ``problem`` is a sentence once something cannot be kept; what is asked for then is as if it were not there.
    """

    def __init__(self, folder: Path, limit_bytes: int | None = None) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._writer: _Writer | None = None
        self._in_use: set[int] = set()
        self._connection: sqlite3.Connection | None = None
        self.problem = ""
        with self._refusals_kept():
            folder.mkdir(parents=True, exist_ok=True)
            try:
                self._open()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged: nothing in it is worth a question
                self._begin_anew()
            self._sweep()

    def __enter__(self) -> FeatureCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files and index; what was added is kept."""
        self._end_segment()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def find(self, space: str, names: Sequence[bytes]) -> dict[bytes, StoredRow]:
        """Return where rows lie, by name, those that are there; they count as used now."""
        found: dict[bytes, StoredRow] = {}
        with self._refusals_kept():
            known = self._ask("SELECT id, shape FROM spaces WHERE key = ?", space)
            if not known:
                return {}
            number, shape = known[0][0], tuple(json.loads(known[0][1]))
            segments: set[int] = set()
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                query = (
                    "SELECT name, segment, file, offset, checksum FROM rows JOIN segments ON segments.id = segment "
                    f"WHERE space = ? AND name IN ({','.join('?' * len(some))})"
                )
                for name, segment, file, offset, checksum in self._ask(query, number, *some):
                    found[name] = StoredRow(self._folder / file, offset, shape, checksum)
                    segments.add(segment)
            self._in_use |= segments
            with self._writing() as connection:
                now = time.time()
                connection.executemany("UPDATE segments SET used = ? WHERE id = ?", [(now, one) for one in segments])
        return found

    def forget(self, space: str, names: Sequence[bytes]) -> None:
        """Drop rows that turned out to be damaged."""
        with self._refusals_kept(), self._writing() as connection:
            drop = "DELETE FROM rows WHERE name = ? AND space = (SELECT id FROM spaces WHERE key = ?)"
            connection.executemany(drop, [(name, space) for name in names])

    def has_room(self, size: int) -> bool:
        """Return whether ``size`` bytes more would be kept, older ones let go of where need be."""
        with self._refusals_kept():
            return size + sum(kept for number, kept in self._segments() if number in self._in_use) <= self._most()
        return False

    def add(self, space: str, names: Sequence[bytes], rows: NDArray[np.float32]) -> None:
        """Keep rows, ``float32 [names, ...]``; after a refusal nothing is kept any more and ``problem`` says why."""
        if self.problem or not len(names):
            return
        with self._refusals_kept():
            rows = np.ascontiguousarray(rows, np.float32)
            if not self._make_room(rows.nbytes):
                self.problem = "The features do not fit into the cache on disk."
                return
            writer = self._segment_for(rows.nbytes)
            offsets = [writer.bytes + place * rows[0].nbytes for place in range(len(rows))]
            writer.file.write(rows.data)
            writer.file.flush()
            writer.bytes += rows.nbytes
            with self._writing() as connection:
                counted = connection.execute(
                    "UPDATE segments SET bytes = ?, used = ? WHERE id = ?", (writer.bytes, time.time(), writer.segment)
                )
                if not counted.rowcount:  # another process made room with it
                    self._end_segment()
                    return
                connection.execute(
                    "INSERT OR IGNORE INTO spaces (key, shape) VALUES (?, ?)", (space, json.dumps(rows.shape[1:]))
                )
                number = connection.execute("SELECT id FROM spaces WHERE key = ?", (space,)).fetchone()[0]
                connection.executemany(
                    "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)",
                    [
                        (number, name, writer.segment, offset, zlib.crc32(row.data))
                        for name, offset, row in zip(names, offsets, rows, strict=True)
                    ],
                )

    def recall_files(self, files: Sequence[KnownFile], rule: str) -> list[bytes | None]:
        """Return the name of each file's content as ``rule`` makes it, where the file is as it was when remembered."""
        found: list[bytes | None] = []
        query = "SELECT name FROM files WHERE path = ? AND rule = ? AND size = ? AND modified = ?"
        with self._refusals_kept():
            for file in files:
                known = self._ask(query, file.path, rule, file.size, file.modified_ns)
                found.append(known[0][0] if known else None)
        return found if len(found) == len(files) else [None] * len(files)

    def remember_files(self, files: Sequence[KnownFile], rule: str, names: Sequence[bytes]) -> None:
        """Remember what is in files, so that they need not be read to know it."""
        settled = time.time_ns() - _TICK_NS
        entries = [
            (file.path, rule, file.size, file.modified_ns, name)
            for file, name in zip(files, names, strict=True)
            if file.modified_ns < settled
        ]
        with self._refusals_kept(), self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", entries)
            connection.execute("DELETE FROM files WHERE rowid <= (SELECT max(rowid) FROM files) - ?", (_MOST_FILES,))

    @property
    def size_bytes(self) -> int:
        """The bytes of all rows' files, as far as they count."""
        with self._refusals_kept():
            return sum(size for _, size in self._segments())
        return 0

    def _open(self) -> None:
        self._connection = sqlite3.connect(
            self._folder / "index.sqlite", timeout=_PATIENCE_SECONDS, isolation_level=None
        )
        # One at a time: SQLite does not wait for another process that switches a new file to WAL, it says it is locked.
        with FileLock(self._folder / "opening.lock", timeout=_PATIENCE_SECONDS):
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)

    def _begin_anew(self) -> None:
        if self._connection is not None:
            self._connection.close()
        for file in [*self._folder.glob("index.sqlite*"), *self._folder.glob("*.rows")]:
            file.unlink(missing_ok=True)
        self._open()

    def _sweep(self) -> None:
        """Delete files that the index does not know: one is entered before it is made."""
        files = list(self._folder.glob("*.rows"))
        known = {name for (name,) in self._ask("SELECT file FROM segments")}
        for file in files:
            if file.name not in known:
                _delete(file)

    def _segments(self) -> list[tuple[int, int]]:
        """Return number and size of each, the one that was used longest ago first."""
        return self._ask("SELECT id, bytes FROM segments ORDER BY used, id")

    def _most(self) -> int:
        if self._limit is not None:
            return self._limit
        held = sum(size for _, size in self._segments())
        return int(min(LARGEST_BYTES, LARGEST_SHARE_OF_FREE * (shutil.disk_usage(self._folder).free + held)))

    def _make_room(self, size: int) -> bool:
        """Let go of what was used longest ago until ``size`` bytes fit; not of what is in use here."""
        segments = self._segments()
        excess = sum(held for _, held in segments) + size - self._most()
        gone = []
        for number, held in segments:
            if excess <= 0:
                break
            if number not in self._in_use:
                gone.append(number)
                excess -= held
        if excess > 0:
            return False
        for number in gone:
            self._drop(number)
        return True

    def _drop(self, number: int) -> None:
        with self._writing() as connection:
            file = connection.execute("SELECT file FROM segments WHERE id = ?", (number,)).fetchone()
            connection.execute("DELETE FROM rows WHERE segment = ?", (number,))
            connection.execute("DELETE FROM segments WHERE id = ?", (number,))
        if file:
            _delete(self._folder / file[0])

    def _segment_for(self, size: int) -> _Writer:
        if self._writer is not None and self._writer.bytes and self._writer.bytes + size > SEGMENT_BYTES:
            self._end_segment()
        if self._writer is None:
            name = f"{uuid.uuid4().hex}.rows"
            with self._writing() as connection:
                number = connection.execute(
                    "INSERT INTO segments (file, bytes, used) VALUES (?, 0, ?)", (name, time.time())
                ).lastrowid
            assert number is not None
            self._in_use.add(number)
            self._writer = _Writer(number, (self._folder / name).open("xb"))
        return self._writer

    def _end_segment(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(OSError):  # what was not flushed does not count
                writer.file.close()

    def _ask(self, query: str, *values: object) -> list[Any]:
        if self._connection is None:
            raise sqlite3.OperationalError("it is closed")
        return self._connection.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Change the index as a whole or not at all."""
        connection = self._connection
        if connection is None:
            raise sqlite3.OperationalError("it is closed")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _refusals_kept(self) -> Iterator[None]:
        """Go on without the cache where the disk, or the index, refuses."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            self.problem = self.problem or f"Features cannot be kept in {self._folder}: {reason}."
            self._end_segment()


def _delete(file: Path) -> None:
    with contextlib.suppress(OSError):  # Windows keeps what somebody has mapped; it is swept another time
        file.unlink(missing_ok=True)


def features_folder() -> Path:
    """Return where the person's features lie; nothing is made."""
    return user_folders().cache / "features"
