"""Notices that something in the plugin folder was saved, added or taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

# An editor writes a file in several strokes, or writes another one and renames it; then it is quiet.
_SETTLE_MS = 150
_MOST_PATHS = 2000


class PluginWatch(QObject):
    """``stirred`` comes once things in ``folder`` have settled after a change; the folder need not exist yet.

    A system that tells of no changes (a network drive may not) is looked at when the window comes to the front.
    """

    stirred = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._seen: dict[str, tuple[int, int]] = {}
        self._watcher = QFileSystemWatcher(self)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._look)
        self._watcher.directoryChanged.connect(self._changed)
        self._watcher.fileChanged.connect(self._changed)
        self._on = False

    def begin(self) -> None:
        """Watch from now on."""
        if self._on:
            return
        self._on = True
        self._seen = self._state()
        self._follow()
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._came_to_front)

    def end(self) -> None:
        """Watch no more."""
        self._on = False
        self._settle.stop()
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)

    @Slot(str)
    def _changed(self, _path: str) -> None:
        if self._on:
            self._settle.start()

    @Slot(Qt.ApplicationState)
    def _came_to_front(self, state: Qt.ApplicationState) -> None:
        if self._on and state == Qt.ApplicationState.ApplicationActive:
            self._settle.start()

    def _look(self) -> None:
        seen = self._state()
        self._follow()
        if seen != self._seen:
            self._seen = seen
            self.stirred.emit()

    def _follow(self) -> None:
        """Watch what is there now: a file that was renamed over has lost its watch."""
        watched = {*self._watcher.files(), *self._watcher.directories()}
        wanted = set(map(str, self._paths()))
        gone, new = watched - wanted, wanted - watched
        if gone:
            self._watcher.removePaths(sorted(gone))
        if new:
            self._watcher.addPaths(sorted(new))

    def _paths(self) -> list[Path]:
        if not self._folder.is_dir():
            return [next((above for above in self._folder.parents if above.is_dir()), Path.home())]
        return [self._folder, *_inside(self._folder)][:_MOST_PATHS]

    def _state(self) -> dict[str, tuple[int, int]]:
        """Return when each Python file was changed and how long it is."""
        found = {}
        for path in _inside(self._folder):
            try:
                status = path.stat()
            except OSError:
                continue  # it went this very moment
            found[str(path)] = (status.st_mtime_ns, status.st_size) if path.suffix == ".py" else (0, 0)
        return found


def _inside(folder: Path) -> Iterator[Path]:
    """Yield the Python files and the folders below ``folder``, hidden ones and caches left out."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir():
            yield path
            yield from _inside(path)
        elif path.suffix == ".py":
            yield path
