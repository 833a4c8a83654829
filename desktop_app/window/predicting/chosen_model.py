"""The model that predictions are made with: opened behind the window as soon as it is needed."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from desktop_app.errors import ModelError
from desktop_app.window.background import Background

if TYPE_CHECKING:
    from desktop_app.inference.graph_form import GraphForm
    from desktop_app.inference.metadata import Metadata
    from desktop_app.inference.onnx_session import OnnxModel

_PLACE = "predict-model"
State = Literal["none", "closed", "opening", "ready", "foreign", "failed"]


class ChosenModel(QObject):
    """``closed``: chosen, and not opened before somebody asks. ``foreign``: it does not say what goes in and comes out.

    ``changed`` tells of each step; ``chosen`` of another file.
    """

    changed = Signal()
    chosen = Signal()

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self.path: Path | None = None
        self.state: State = "none"
        self.model: OnnxModel | None = None
        self.error: BaseException | None = None
        self.graph: GraphForm | None = None

    def choose(self, path: Path) -> None:
        """Predict with this file from now on; it is opened anew."""
        self._background.forget(_PLACE)
        self.path, self.state, self.model, self.error = path, "closed", None, None
        self.chosen.emit()
        self.changed.emit()

    def open(self) -> None:
        """Open the file, unless it is open or being opened."""
        path = self.path
        if path is None or self.state not in ("closed", "failed"):
            return
        self.state, self.error = "opening", None
        self._background.run(_PLACE, lambda: _opened(path), self._take, self._fail)
        self.changed.emit()

    def describe(self, metadata: Metadata) -> None:
        """Open a foreign model as ``metadata`` describes it, and write that beside it; ask again if it does not fit."""
        path, graph = self.path, self.graph
        if path is None or graph is None:
            return

        def failed(error: BaseException) -> None:
            self.state, self.error, self.graph = "foreign", error, graph
            self.changed.emit()

        self.state, self.error = "opening", None
        self._background.run(_PLACE, lambda: (_described(path, metadata), None), self._take, failed)
        self.changed.emit()

    @property
    def takes_pictures(self) -> bool:
        """Whether it is for pictures, as far as is known: one that is not open yet may be."""
        return self.model is None or self.model.input == "image"

    def _take(self, found: tuple[OnnxModel | None, GraphForm | None]) -> None:
        self.model, self.graph = found
        self.state = "ready" if self.model is not None else "foreign"
        self.changed.emit()

    def _fail(self, error: BaseException) -> None:
        self.state, self.error = "failed", error
        self.changed.emit()


def _opened(path: Path) -> tuple[OnnxModel | None, GraphForm | None]:
    """Run on a thread: the model, or what the graph of one says that a person has to describe."""
    from desktop_app.inference.description import UndescribedModelError, description_beside
    from desktop_app.inference.graph_look import look_at_graph
    from desktop_app.inference.onnx_session import OnnxModel

    try:
        return OnnxModel.open(path), None
    except UndescribedModelError as error:
        graph = look_at_graph(path)
        if graph.kind == "features":
            raise ModelError(
                f'The model "{path}" takes a table but does not name its columns; write them into '
                f'"{description_beside(path).name}" beside it, as {{"labels": ["no", "yes"], "columns": {{"names": '
                f'["age", "height"]}}}}.'
            ) from error
        return None, graph


def _described(path: Path, metadata: Metadata) -> OnnxModel:
    """Run on a thread."""
    from desktop_app.inference.description import description_beside, write_description
    from desktop_app.inference.onnx_session import OnnxModel

    model = OnnxModel.open(path, described=metadata)
    # A folder that may not be written to has the model all the same; it is asked about again the next time.
    with contextlib.suppress(ModelError):
        write_description(model.metadata, description_beside(path))
    return model
