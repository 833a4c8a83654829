"""Pictures that go from the gallery back into the training data, one after another, with undo and redo."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.errors import DataError
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace

if TYPE_CHECKING:
    from desktop_app.engine.data.adding import Added

_PLACE = "predict-adding"
_SOURCE = "image_folder"
# Several pictures are added in a row: the data is read anew once they are through.
_SETTLE_MS = 600


@dataclass(frozen=True)
class Wish:
    """A picture of the gallery, by its place there, and the class that it is to have."""

    place: int
    picture: Path
    label: str


@dataclass(frozen=True)
class _Outcome:
    """What became of some wishes: those that were fulfilled, and the sentences of the others."""

    done: tuple[tuple[Wish, Added], ...]
    refused: tuple[str, ...]


class Additions(QObject):
    """``by_place`` says as what a picture was added; ``changed`` tells that it is another now, or the classes are."""

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self.by_place: dict[int, str] = {}
        self._steps: list[tuple[tuple[Wish, Added], ...]] = []
        self._undone: list[tuple[Wish, ...]] = []
        self._waiting: deque[tuple[Callable[[], Any], Callable[[Any], None]]] = deque()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(workspace.read_data_again)
        workspace.data.changed.connect(self.changed)
        workspace.labelling.changed.connect(self.changed)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that a picture can be added to, in the order of their keys; none where nothing can be added."""
        data = self._workspace.data
        return tuple(data.value[0].classes) if not self.why_not and data.value is not None else ()

    @property
    def why_not(self) -> str:
        """Why no picture can be added to the open data, as a sentence; empty where it can."""
        workspace = self._workspace
        experiment = workspace.experiment
        if workspace.labelling.state in ("open", "loading"):
            return "The pictures are being labelled on the Data page; press Train there first."
        if experiment is None or workspace.data.value is None:
            return "Open the folder of pictures that is learned from on the Data page, to add pictures to it from here."
        if experiment.data.source.name != _SOURCE:
            return "Pictures can be added to a folder of pictures only, and other data is open on the Data page."
        return ""

    def add(self, wishes: Sequence[Wish]) -> None:
        """Copy these into the training data, as one step of undo; whatever cannot be is said."""
        wishes = [wish for wish in wishes if wish.place not in self.by_place]
        if self.why_not or not wishes:
            self._workspace.say(self.why_not or "That is in the training data already; Ctrl+Z takes it out again.")
            return
        self._undone.clear()
        self._add(tuple(wishes))

    def undo(self) -> bool:
        """Take the last pictures out of the training data again; returns whether there are steps of this kind."""
        if not self._steps:
            return bool(self._undone)
        step = self._steps.pop()

        def work() -> None:
            from desktop_app.engine.data.adding import take_out

            for _, added in step:
                take_out(added)

        def done(_nothing: object) -> None:
            self._undone.append(tuple(wish for wish, _ in step))
            for wish, _ in step:
                self.by_place.pop(wish.place, None)
            self._changed()

        self._run(work, done)
        return True

    def redo(self) -> bool:
        """Add again what was taken out; returns whether there are steps of this kind."""
        if not self._undone:
            return bool(self._steps)
        self._add(self._undone.pop())
        return True

    def forget(self) -> None:
        """Have no steps any more, as other results are shown; what was added stays in the data."""
        self.by_place = {}
        self._steps, self._undone = [], []

    def _add(self, wishes: tuple[Wish, ...]) -> None:
        experiment = self._workspace.experiment
        if experiment is None:
            return
        data, options = Path(experiment.data.path), experiment.data.source.hyper
        columns = {name: options[name] for name in ("file_column", "label_column") if name in options}
        by_place = self.by_place

        def work() -> _Outcome:
            from desktop_app.engine.data.adding import add_picture

            done, refused = [], []
            for wish in wishes:
                try:
                    done.append((wish, add_picture(data, wish.picture, wish.label, **columns)))
                except DataError as error:
                    refused.append(str(error))
            return _Outcome(tuple(done), tuple(refused))

        def take(outcome: _Outcome) -> None:
            if by_place is self.by_place and outcome.done:
                self._steps.append(outcome.done)
                self.by_place.update({wish.place: wish.label for wish, _ in outcome.done})
            self._say(outcome)
            self._changed()

        self._run(work, take)

    def _say(self, outcome: _Outcome) -> None:
        if outcome.refused:
            more = f" So are {count(len(outcome.refused) - 1, 'other')}." if len(outcome.refused) > 1 else ""
            self._workspace.said.emit(Notice(outcome.refused[0] + more, "bad"))

    def _changed(self) -> None:
        self._settle.start()
        self.changed.emit()

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Do one thing after the other: two threads that write the same file of labels would lose lines."""
        self._waiting.append((work, done))
        if not self._workspace.background.busy(_PLACE):
            self._next()

    def _next(self) -> None:
        if not self._waiting:
            return
        work, done = self._waiting.popleft()

        def arrived(result: Any) -> None:
            done(result)
            self._next()

        def failed(error: BaseException) -> None:
            self._workspace.say_error(error)
            self._changed()
            self._next()

        self._workspace.background.run(_PLACE, work, arrived, failed)
