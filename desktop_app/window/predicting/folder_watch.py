"""A folder that is looked at again and again: pictures that come into it are told, once each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.window.background import Background

if TYPE_CHECKING:
    from desktop_app.inference.watching import WatchedFolder

_PLACE = "predict-watching"
_LOOKED_EVERY_MS = 1000


class FolderWatch(QObject):
    """``arrived`` carries the new files; ``changed``: it began or ended; ``failed`` carries why it ended by itself.

    A look is taken on a thread, and the next one a second after it has ended: a slow network drive sets the pace.
    """

    arrived = Signal(object)
    changed = Signal()
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._watched: WatchedFolder | None = None
        self.folder: Path | None = None
        self.seen = 0
        self._timer = QTimer(self, singleShot=True, interval=_LOOKED_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self, folder: Path) -> None:
        """Watch ``folder`` from now on, with the folders in it; what is there already is not new."""
        from desktop_app.inference.watching import WatchedFolder

        self._timer.stop()
        self.folder, self.seen, self._watched = folder, 0, None
        self._background.run(_PLACE, lambda: WatchedFolder(folder), self._begin, self._fail)
        self.changed.emit()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        self._background.forget(_PLACE)
        if self.folder is not None:
            self.folder, self._watched = None, None
            self.changed.emit()

    def _begin(self, watched: WatchedFolder) -> None:
        self._watched = watched
        self._timer.start()

    def _look(self) -> None:
        watched = self._watched
        if watched is not None:
            self._background.run(_PLACE, watched.new_files, self._take, self._fail)

    def _take(self, files: list[Path]) -> None:
        self._timer.start()
        if files:
            self.seen += len(files)
            self.arrived.emit(files)

    def _fail(self, error: BaseException) -> None:
        self.failed.emit(error)
        self.stop()
