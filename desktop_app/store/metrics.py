"""A run's numbers over time, its events and its state, in one SQLite file in WAL mode.

One connection writes, on the thread that trains; any number read, from other threads and processes.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import RunError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS points (
    series INTEGER NOT NULL REFERENCES series (id), step INTEGER NOT NULL, value REAL, PRIMARY KEY (series, step)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS histograms (
    name TEXT NOT NULL, step INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL, counts BLOB NOT NULL,
    PRIMARY KEY (name, step)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (step INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_SERIES = "INSERT OR IGNORE INTO series (name) VALUES (?)"
_POINT = "INSERT OR REPLACE INTO points VALUES (?, ?, ?)"
_HISTOGRAM = "INSERT OR REPLACE INTO histograms VALUES (?, ?, ?, ?, ?)"
_EVENT = "INSERT INTO events VALUES (?, ?, ?)"
_STATE = "INSERT OR REPLACE INTO state VALUES (?, ?)"
_PATIENCE_SECONDS = 5.0

_T = TypeVar("_T")


@dataclass(frozen=True)
class MetricEvent:
    """Something that happened at a step: a stage began, the learning rate was changed by hand."""

    step: int
    kind: str
    text: str


@dataclass(frozen=True)
class Histogram:
    """How a tensor's values were spread at a step: ``counts`` of equally wide bins between ``low`` and ``high``."""

    step: int
    low: float
    high: float
    counts: NDArray[np.int64]


class MetricsWriter:
    """The one writer of series and events; what is appended is written, durably, with ``commit``.

    Until then it is kept in memory: SQLite lets one process write at a time, and the state has other writers too, such
    as an export that is remembered while the training goes on.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pending: list[tuple[str, list[tuple[Any, ...]]]] = []
        with self._refusals_told():
            self._connection = sqlite3.connect(
                path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)
            self._ids: dict[str, int] = dict(self._connection.execute("SELECT name, id FROM series"))

    def append(self, name: str, steps: Iterable[int], values: Iterable[float]) -> None:
        """Add points to a series; a point at a step that it has already replaces the older one."""
        rows = [(name, int(step), float(value)) for step, value in zip(steps, values, strict=True)]
        self._pending += [(_SERIES, [(name,)]), (_POINT, rows)]  # one without points yet has its name as well

    def append_row(self, step: int, values: Mapping[str, float]) -> None:
        """Add one point at ``step`` to each of many series."""
        self._pending.append((_POINT, [(name, step, float(value)) for name, value in values.items()]))

    def append_histograms(self, histograms: Mapping[str, Histogram]) -> None:
        """Add one histogram to each of many series."""
        rows = [
            (name, each.step, each.low, each.high, each.counts.astype("<i8").tobytes())
            for name, each in histograms.items()
        ]
        self._pending.append((_HISTOGRAM, rows))

    def event(self, step: int, kind: str, text: str) -> None:
        """Write down that something happened."""
        self._pending.append((_EVENT, [(step, kind, text)]))

    def set_state(self, key: str, value: Any) -> None:
        """Replace one entry of the state with a value that JSON can hold, durably at once."""
        self._pending.append((_STATE, [(key, json.dumps(value))]))
        self.commit()

    def claim(self, process: Any, is_alive: Callable[[Any], bool]) -> str:
        """Write down that ``process`` trains the run from now on, and return the status before.

        Of two processes that claim a run at the same moment one gets it.
        Raises: ``RunError`` where another process that ``is_alive`` has it.
        """
        self.commit()
        with self._transaction():  # no other process writes within it
            state = {key: json.loads(value) for key, value in self._connection.execute("SELECT key, value FROM state")}
            if state.get("status") == "running" and is_alive(state.get("process")):
                raise RunError(f"The run {self._path.parent} is being trained by another process; stop that one first.")
            rows = [("process", json.dumps(process)), ("status", json.dumps("running"))]
            self._connection.executemany(_STATE, rows)
        return str(state.get("status", "interrupted"))

    def delete_after(self, step: int) -> None:
        """Delete points and events later than ``step``: what came after the checkpoint that is gone on from."""
        self._pending += [
            (f"DELETE FROM {table} WHERE step > ?", [(step,)]) for table in ("points", "histograms", "events")
        ]
        self.commit()

    def commit(self) -> None:
        """Write everything that was appended so far, durably and at one go.

        Raises: ``RunError`` where it is refused; all of it is lost then, and the file is as it was.
        """
        pending, self._pending = self._pending, []
        if pending:
            with self._transaction():
                for statement, rows in pending:
                    if statement is _POINT:
                        rows = [(self._id(name), step, value) for name, step, value in rows]
                    self._connection.executemany(statement, rows)

    def close(self) -> None:
        """Commit, fold the log into the file and close."""
        try:
            self.commit()
            with self._refusals_told():
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Write all of what is written within, or none of it; other processes wait meanwhile."""
        with self._refusals_told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._ids.clear()  # those that were given out within are void
                if self._connection.in_transaction:  # a full disk has taken it back already
                    self._connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _refusals_told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # a mistake of ours, not the disk's
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise RunError(
                    f"The numbers of the run cannot be written to {self._path} now: another process has kept them "
                    f"locked for {_PATIENCE_SECONDS:g} seconds. Wait until it is done, or end it, and try again."
                ) from error
            raise RunError(
                f"The numbers of the run cannot be written to {self._path}: {error}. "
                "Make room on the disk, or allow writing there, and resume."
            ) from error

    def _id(self, name: str) -> int:
        """Return the number of a series, which is new where there is none of that name."""
        if name not in self._ids:
            self._connection.execute(_SERIES, (name,))
            (self._ids[name],) = self._connection.execute("SELECT id FROM series WHERE name = ?", (name,)).fetchone()
        return self._ids[name]


class MetricsReader:
    """Reads a run's numbers, also while they are being written."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise RunError(f"{path.parent} is not a run: it has no {path.name}.")
        self._path = path

    def series(
        self, name: str, *, after: int | None = None, most: int | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the steps and values of a series, both empty where there is none of that name.

        Args:
            name: Which series.
            after: Only what comes after this step.
            most: At most so many points, the earliest of them.
        """
        begin, limit = -(2**63) if after is None else after + 1, -1 if most is None else most
        of_series = "FROM points WHERE series = (SELECT id FROM series WHERE name = ?) AND step >= ?"
        # SQLite keeps NaN as NULL, which NumPy does not take for a number; it does take a text that says "nan".
        query = f"SELECT step, coalesce(value, 'nan') {of_series} ORDER BY step LIMIT ?"
        points = self._answer(query, (name, begin, limit), _points)
        return points["step"].copy(), points["value"].copy()

    def names(self) -> list[str]:
        """Return the names of all series."""
        return [row[0] for row in self._rows("SELECT name FROM series ORDER BY name")]

    def histograms(self, name: str, start: int = 0) -> list[Histogram]:
        """Return the histograms of one name in the order of their steps, from place ``start`` on."""
        if not self._has_histograms():
            return []
        query = "SELECT step, low, high, counts FROM histograms WHERE name = ? ORDER BY step LIMIT -1 OFFSET ?"
        rows = self._rows(query, name, start)
        with self._refusals_told():
            return [Histogram(step, low, high, np.frombuffer(counts, "<i8")) for step, low, high, counts in rows]

    def histogram_names(self) -> list[str]:
        """Return the names that there are histograms of."""
        if not self._has_histograms():
            return []
        return [row[0] for row in self._rows("SELECT DISTINCT name FROM histograms ORDER BY name")]

    def events(self) -> list[MetricEvent]:
        """Return the events in the order they happened."""
        return [MetricEvent(*row) for row in self._rows("SELECT step, kind, text FROM events ORDER BY rowid")]

    def state(self) -> dict[str, Any]:
        """Return the state by key."""
        rows = self._rows("SELECT key, value FROM state")
        with self._refusals_told():
            return {key: json.loads(value) for key, value in rows}

    def _has_histograms(self) -> bool:
        """Return whether the file has a place for them: those of older versions have none."""
        return bool(self._rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'histograms'"))

    def _rows(self, query: str, *values: Any) -> list[Any]:
        return self._answer(query, values, list)

    def _answer(self, query: str, values: tuple[Any, ...], taken: Callable[[Iterable[Any]], _T]) -> _T:
        """Return what ``taken`` makes of the rows."""
        with self._refusals_told():
            try:
                return self._ask("mode=ro", query, values, taken)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                    raise
                if self._path.with_name(f"{self._path.name}-wal").exists():
                    raise
                # A folder that cannot be written to has no place for SQLite's locks, and nobody who writes.
                return self._ask("mode=ro&immutable=1", query, values, taken)

    def _ask(self, mode: str, query: str, values: tuple[Any, ...], taken: Callable[[Iterable[Any]], _T]) -> _T:
        connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?{mode}", uri=True)
        try:
            return taken(connection.execute(query, values))
        finally:
            connection.close()

    @contextlib.contextmanager
    def _refusals_told(self) -> Iterator[None]:
        # The file may come from a stranger: any kind of value can stand in any column.
        try:
            yield
        except (sqlite3.Error, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise RunError(f"The numbers of the run in {self._path} cannot be read: {error}.") from error


def _points(rows: Iterable[tuple[int, float]]) -> NDArray[Any]:
    """Return rows of step and value as an array, without a list of millions of tuples on the way."""
    return np.fromiter(rows, dtype=[("step", np.int64), ("value", np.float64)])
