"""Which plugins a person has switched off; kept in a file of the user's settings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from desktop_app.errors import PluginError
from desktop_app.registry.json_file import read_json, write_json

_FILE = "disabled_plugins.json"
Key = tuple[str, str]
Things = tuple[tuple[str, str], ...]


class Switches:
    """The disabled plugins by source and name, with kind and name of what each contributed when that was last known.

    Read when it is made; ``disable`` and ``enable`` write at once.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE
        self._off = _read(self._file)

    def __contains__(self, key: Key) -> bool:
        return key in self._off

    def __iter__(self) -> Any:
        return iter(self._off)

    def things(self, key: Key) -> Things:
        """Return kind and name of what a disabled plugin contributed."""
        return self._off.get(key, ())

    def disable(self, key: Key, things: Iterable[tuple[str, str]]) -> None:
        """Leave a plugin out from now on. Raises: ``PluginError`` where that cannot be written down."""
        self._off[key] = tuple(things)
        self._write()

    def enable(self, key: Key) -> None:
        """Use a plugin again. Raises: ``PluginError`` where that cannot be written down."""
        self._off.pop(key, None)
        self._write()

    def _write(self) -> None:
        rows = [{"source": source, "name": name, "things": things} for (source, name), things in self._off.items()]
        try:
            write_json(self._file, {"disabled": rows})
        except OSError as error:
            raise PluginError(
                f"Which plugins are disabled could not be written to {self._file} ({error.strerror}). "
                f"Make room there, or make the folder writable."
            ) from error


def _read(file: Path) -> dict[Key, Things]:
    """Return what the file says; rows that make no sense are passed over."""
    content = read_json(file)
    rows = content.get("disabled") if isinstance(content, dict) else None
    off: dict[Key, Things] = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and isinstance(row.get("source"), str) and isinstance(row.get("name"), str):
            things = row.get("things")
            off[row["source"], row["name"]] = tuple(
                (str(thing[0]), str(thing[1]))
                for thing in (things if isinstance(things, list) else [])
                if isinstance(thing, list) and len(thing) == 2
            )
    return off
