"""Which folder is being labelled in the window, if any: opens it, closes it, and leads on to the training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.labelling.keeping import LabelKeeper
from desktop_app.errors import DataError
from desktop_app.window.labelling.session import LabellingSession

if TYPE_CHECKING:
    from desktop_app.window.workspace import Workspace

_LISTING = "labelling-folder"
DeskState = Literal["closed", "loading", "open", "failed"]


class LabellingDesk(QObject):
    """``changed``: another state, or another session. ``edited``: labels of the open session are others now."""

    changed = Signal()
    edited = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self.state: DeskState = "closed"
        self.session: LabellingSession | None = None
        self.error: BaseException | None = None
        self.folder = Path()
        self._train_when_read = False
        workspace.shelf.changed.connect(self._compute_features)
        workspace.checked.connect(self._train_if_read)
        workspace.network.changed.connect(self._train_if_read)

    def open(self, folder: Path) -> None:
        """List the pictures in ``folder`` behind the window, with the labels that are there, and show them."""
        self.close()
        self.folder = folder.absolute()
        self.state, self.error = "loading", None
        self.changed.emit()
        self._workspace.background.run(_LISTING, lambda: _listed(folder.absolute()), self._take, self._fail)

    def close(self) -> None:
        """Write the labels and let go of the folder."""
        self._train_when_read = False
        self._workspace.background.forget(_LISTING)
        if self.state == "closed":
            return
        session, self.session, self.state = self.session, None, "closed"
        if session is not None:
            session.end()
            session.deleteLater()
        self.changed.emit()

    def train(self) -> None:
        """Open the labelled pictures as data, and train as soon as they are read."""
        session = self.session
        if session is None or not session.can_train or not session.save():
            return
        if session.keeper.elsewhere:
            self._workspace.open_path(session.keeper.file)
        else:
            self._workspace.open_labelled(session.keeper.folder)
        self._train_when_read = True
        self._train_if_read()

    def _take(self, listed: tuple[LabelKeeper, list[Path], dict[str, str]]) -> None:
        self.session = LabellingSession(*listed, parent=self)
        self.session.changed.connect(self.edited)
        self.state = "open"
        self._compute_features()
        self.changed.emit()

    def _fail(self, error: BaseException) -> None:
        self.state, self.error = "failed", error
        self.changed.emit()

    def _compute_features(self) -> None:
        registry = self._workspace.shelf.registry
        if self.session is not None and registry is not None:
            self.session.compute_features(registry, self._workspace.background)

    def _train_if_read(self) -> None:
        workspace = self._workspace
        if not self._train_when_read:
            return
        if workspace.data.state == "failed" or workspace.problem is not None:
            self._train_when_read = False
        elif workspace.ready_to_train and workspace.network.state == "ready":
            self._train_when_read = False
            workspace.start_training()


def _has_written_name(path: Path) -> bool:
    """Return whether a file's name is valid text: another one cannot be written into a file of labels."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _listed(folder: Path) -> tuple[LabelKeeper, list[Path], dict[str, Any]]:
    """Run on a thread."""
    from desktop_app.reading.picture_files import picture_files

    paths = [path for path in picture_files(folder) if _has_written_name(path)]
    if not paths:
        raise DataError(f'The folder "{folder}" holds no pictures that can be read; choose another.')
    keeper = LabelKeeper(folder)
    return keeper, paths, keeper.read()
