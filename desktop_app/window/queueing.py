"""The queue as the window works through it: when a training ends, the next experiment begins by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.engine.queue import ExperimentQueue, Queued
from desktop_app.errors import DownslopeError, RunError
from desktop_app.folders import user_folders
from desktop_app.window.wording import count

if TYPE_CHECKING:
    from desktop_app.window.workspace import Workspace

_ENDED = {"finished": "is finished", "stopped": "was stopped", "interrupted": "was interrupted", "failed": "failed"}


class Queueing(QObject):
    """Puts drafts into the queue and trains what waits there, one after the other.

    Nothing begins by itself when the window opens: what was left there waits until somebody starts it.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._current = ""
        self._said = ""
        self._bad = False
        self.problem: RunError | None = None
        try:
            self.queue: ExperimentQueue | None = ExperimentQueue(user_folders().runs)
        except RunError as error:
            self.queue, self.problem = None, error
        # Not within the signal: whoever else hears of the end sees a training that is over.
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._begin_next)
        workspace.training.happened.connect(self._happened)
        workspace.training.ended.connect(self._ended)

    @property
    def can_add(self) -> bool:
        """Whether the draft is an experiment that could be trained."""
        return self._workspace.ready_to_train

    @property
    def current(self) -> str:
        """The identity of the one that is being trained here; empty where none is."""
        return self._current

    def add_draft(self) -> None:
        """Put the draft at the end of the queue; it may then be changed at will."""
        workspace = self._workspace
        workspace.look()
        if not self.can_add:
            return
        if self.queue is None:
            workspace.say_error(self.problem or RunError("There is no queue."))
            return
        queue = self.queue
        if self._done(lambda: queue.add(workspace.draft.values, workspace.draft.folder)):
            wait = count(len(queue.waiting), "experiment waits", "experiments wait")
            idle = not workspace.training.active
            workspace.say(
                f"{workspace.draft.get('name', 'experiment')} was added to the queue: {wait}.",
                *(("Start the queue", self.start) if idle else ()),
            )

    def start(self) -> None:
        """Work through the queue: at once where nothing is being trained, else from the next end on."""
        queue = self.queue
        if queue is not None and self._done(lambda: setattr(queue, "paused", False)):
            self._begin_next()

    def pause(self) -> None:
        """Begin nothing by itself any more; what is being trained goes on."""
        queue = self.queue
        if queue is not None:
            self._done(lambda: setattr(queue, "paused", True))

    def remove(self, identity: str) -> None:
        """Take one out."""
        if self.queue is not None:
            queue = self.queue
            self._done(lambda: queue.remove(identity))

    def move(self, identity: str, places: int) -> None:
        """Move one among those that wait."""
        if self.queue is not None:
            queue = self.queue
            self._done(lambda: queue.move(identity, places))

    def clear(self) -> None:
        """Take out all that wait."""
        if self.queue is not None:
            self._done(self.queue.clear)

    def forget_ended(self) -> None:
        """Take out all that have ended."""
        if self.queue is not None:
            self._done(self.queue.forget_ended)

    def again(self, identity: str) -> None:
        """Give one that has ended another turn: what was cut goes on, what failed begins anew."""
        queue = self.queue
        found = queue.find(identity) if queue is not None else None
        if queue is None or found is None:
            return
        anew = found.state == "failed" or not found.run
        if self._done(lambda: queue.wait_again(identity, anew=anew)) and not queue.paused:
            self._begin_next()

    def close(self) -> None:
        """Begin nothing any more: the window closes."""
        self._next.stop()

    def _done(self, change: Any) -> bool:
        """Make a change of the list; a disk that refuses is told in a sentence."""
        try:
            change()
        except RunError as error:
            self._workspace.say_error(error)
            return False
        finally:
            self.changed.emit()
        return True

    @Slot()
    def _begin_next(self) -> None:
        """Train the next one that can be trained, unless something is being trained, here or by another window."""
        queue, workspace = self.queue, self._workspace
        if queue is None or workspace.shelf.registry is None:
            return
        self._done(queue.look)
        while not workspace.training.active and queue.running is None and queue.waiting and not queue.paused:
            queued = queue.waiting[0]
            try:
                if not queue.begin(queued.identity):
                    continue  # another window was faster; what it has done is known now
            except RunError as error:
                workspace.say_error(error)
                return
            finally:
                self.changed.emit()
            try:
                self._begin(queued)
            except DownslopeError as error:
                self._note_end(queued.identity, "failed", reason=str(error))
                self._tell(f"{queued.name} could not begin: {error}", bad=True)
                continue
            self._current = queued.identity
            left = count(len(queue.waiting), "waits", "wait") if queue.waiting else "none waits"
            verb = "goes on" if queued.run else "has begun"
            self._tell(f"{queued.name} {verb}; {left}.")
        self._say()

    def _begin(self, queued: Queued) -> None:
        workspace = self._workspace
        if queued.run:
            workspace.resume_queued(Path(queued.run), dict(queued.values))
        else:
            workspace.train_queued(queued.experiment, dict(queued.values))

    @Slot(object)
    def _happened(self, _event: object) -> None:
        """Note where the run lies as soon as there is one: after a kill it is gone on with from there."""
        session, queue = self._workspace.training.session, self.queue
        if not self._current or queue is None or session is None or session.run is None:
            return
        found, folder = queue.find(self._current), str(session.run.folder)
        if found is not None and found.state == "running" and found.run != folder:
            self._done(lambda: queue.note_run(self._current, folder))

    @Slot(object)
    def _ended(self, outcome: Any) -> None:
        session, queue = self._workspace.training.session, self.queue
        if queue is None:
            return
        run = session.run.folder if session is not None and session.run is not None else None
        if self._current:
            found = queue.find(self._current)
            self._note_end(self._current, outcome.status, str(run or ""), outcome.reason)
            if run is None:
                self._workspace.set_run(None)  # the one before it is not what has just failed
            name = run.name if run is not None else found.name if found is not None else "The experiment"
            self._current = ""
            reason = f": {outcome.reason}" if outcome.reason else "."
            self._tell(f"{name} {_ENDED[outcome.status]}{reason}", bad=outcome.status == "failed")
        self._next.start()

    def _note_end(self, identity: str, state: Any, run: str = "", reason: str = "") -> None:
        queue = self.queue
        if queue is not None:
            self._done(lambda: queue.end(identity, state, run, reason))

    def _tell(self, sentence: str, *, bad: bool = False) -> None:
        """Gather what is to be said, so that what begins does not hide how the one before has ended."""
        self._said = f"{self._said} {sentence}".strip()
        self._bad = self._bad or bad

    def _say(self) -> None:
        if self._said:
            self._workspace.say(self._said, tone="bad" if self._bad else "note")
        self._said, self._bad = "", False
