"""Experiments that are trained one after the other: a list on disk that outlives a closed window and a kill.

One file, ``queue.json`` in the folder of runs, which is at any moment the whole old or the whole new list. What was
being trained when its process ended without a word is ``interrupted``, and can be gone on with.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from desktop_app.engine.experiment import Experiment
from desktop_app.errors import RunError
from desktop_app.store.file_lock import locked
from desktop_app.store.who_trains import is_training, release, take, this_process
from desktop_app.store.whole_file import replace_text

FILE_NAME = "queue.json"
LOCK_NAME = "queue.lock"
# A change takes milliseconds; who waits longer than this waits for a process that hangs, and is told so.
_PATIENCE_SECONDS = 5.0
QueuedState = Literal["waiting", "running", "finished", "stopped", "failed", "interrupted"]
_FORM = 1


@dataclass(frozen=True)
class Queued:
    """An experiment in the queue: what it is, where its relative paths start, and what has become of it.

    ``run`` is the folder of its run once there is one: what waits and has a run is gone on with. ``reason`` says why it
    failed, ``process`` who trains it; ``added`` is the time in UTC as ISO 8601.
    """

    identity: str
    name: str
    values: Mapping[str, Any]
    folder: str
    added: str
    state: QueuedState = "waiting"
    run: str = ""
    reason: str = ""
    process: Mapping[str, float] = field(default_factory=dict)

    @property
    def experiment(self) -> Experiment:
        """The experiment, its paths absolute. Raises ``ExperimentError`` where it makes no sense any more."""
        return Experiment.from_dict(dict(self.values), Path(self.folder))


class ExperimentQueue:
    """The list and its file; every change is on disk when the call returns, and starts from what lies there.

    Of several processes one at a time changes the file, so that none undoes what another has done.

    Args:
        folder: Where ``queue.json`` lies; made with the first change.

    Raises: ``RunError`` where the file is there and cannot be read; with each change, where it cannot be written, which
        leaves the list as it lies on disk.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._queued: list[Queued] = []
        self._paused = False
        self.look()

    def look(self) -> None:
        """Read the file again: another process may have changed it."""
        if self._file.exists():
            self._read()

    def __iter__(self) -> Iterator[Queued]:
        return iter(tuple(self._queued))

    def __len__(self) -> int:
        return len(self._queued)

    def find(self, identity: str) -> Queued | None:
        """Return one of them, or ``None`` where it was taken out."""
        return next((each for each in self._queued if each.identity == identity), None)

    @property
    def waiting(self) -> list[Queued]:
        """Those whose turn is still to come, the next one first."""
        return [each for each in self._queued if each.state == "waiting"]

    @property
    def running(self) -> Queued | None:
        """The one that is being trained, here or by another process."""
        return next((each for each in self._queued if each.state == "running"), None)

    @property
    def paused(self) -> bool:
        """Whether a person has said that nothing is to begin by itself."""
        return self._paused

    @paused.setter
    def paused(self, wanted: bool) -> None:
        with self._changing():
            self._paused = wanted

    def add(self, values: Mapping[str, Any], folder: Path) -> Queued:
        """Put an experiment at the end. ``values`` are nested plain values, relative paths taken from ``folder``."""
        added = datetime.now(UTC).isoformat(timespec="seconds")
        name = str(values.get("name", "experiment"))
        queued = Queued(uuid.uuid4().hex, name, dict(values), str(folder.absolute()), added)
        with self._changing():
            self._queued = [*self._queued, queued]
        return queued

    def remove(self, identity: str) -> None:
        """Take one out that is not being trained; nothing happens where it is, or is not there."""
        with self._changing():
            self._queued = [each for each in self._queued if each.identity != identity or each.state == "running"]

    def move(self, identity: str, places: int) -> None:
        """Move one that waits by so many places among those that wait, to the front where negative."""
        with self._changing():
            waiting = self.waiting
            place = next((place for place, each in enumerate(waiting) if each.identity == identity), None)
            if place is not None:
                moved = waiting.pop(place)
                waiting.insert(min(max(place + places, 0), len(waiting)), moved)
                self._queued = [each for each in self._queued if each.state != "waiting"] + waiting

    def clear(self) -> None:
        """Take out all that wait; what is being trained, and what has ended, stays."""
        with self._changing():
            self._queued = [each for each in self._queued if each.state != "waiting"]

    def forget_ended(self) -> None:
        """Take out all that have ended; their runs stay where they are."""
        with self._changing():
            self._queued = [each for each in self._queued if each.state in ("waiting", "running")]

    def begin(self, identity: str) -> bool:
        """Note that this process trains one that waits, from now until ``end``.

        Returns whether it may: not where it does not wait any more, and not where one of them is being trained already.
        """
        with self._changing():
            found = self.find(identity)
            if found is None or found.state != "waiting" or self.running is not None:
                return False
            self._queued = self._with(identity, state="running", reason="", process=this_process())
        take(identity)
        return True

    def note_run(self, identity: str, run: str) -> None:
        """Note the folder of the run of one that is being trained."""
        self._replace(identity, run=run)

    def end(self, identity: str, state: QueuedState, run: str = "", reason: str = "") -> None:
        """Note how one has ended; where the disk refuses, it counts as interrupted."""
        release(identity)
        known = {"run": run} if run else {}
        self._replace(identity, state=state, reason=reason, process={}, **known)

    def wait_again(self, identity: str, *, anew: bool) -> None:
        """Give one that has ended another turn, the last one; ``anew`` from the start, else its run is gone on with."""
        with self._changing():
            again = self.find(identity)
            if again is not None and again.state not in ("waiting", "running"):
                run = "" if anew else again.run
                others = [each for each in self._queued if each.identity != identity]
                self._queued = [*others, replace(again, state="waiting", reason="", process={}, run=run)]

    def _replace(self, identity: str, **changes: Any) -> None:
        with self._changing():
            self._queued = self._with(identity, **changes)

    def _with(self, identity: str, **changes: Any) -> list[Queued]:
        """Return the list with one of them changed."""
        changed = [replace(each, **changes) if each.identity == identity else each for each in self._queued]
        # Whatever has begun stands before all that waits, in the order in which it began.
        return sorted(changed, key=lambda each: each.state == "waiting")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Look, let the caller change the list, and write it, while no other process does so."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with locked(self._file.with_name(LOCK_NAME), _PATIENCE_SECONDS):
                self.look()
                on_disk = self._paused, self._queued
                try:
                    yield
                    if (self._paused, self._queued) != on_disk:
                        self._write()
                except BaseException:
                    self._paused, self._queued = on_disk
                    raise
        except TimeoutError as error:
            raise RunError(
                f"The queue {self._file} was kept by another process for longer than {_PATIENCE_SECONDS:g} seconds. "
                "Try again, or end that process."
            ) from error
        except OSError as error:
            raise RunError(
                f"The queue {self._file} cannot be written: {error.strerror}. Make room, or allow it."
            ) from error

    def _read(self) -> None:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            if content["form"] != _FORM:
                raise ValueError(f"it is of the form {content['form']!r}")
            self._paused = bool(content["paused"])
            self._queued = [_readable(each) for each in content["experiments"]]
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise RunError(
                f"The queue {self._file} cannot be read: {error}. Move the file away to begin with an empty queue."
            ) from error

    def _write(self) -> None:
        content = {"form": _FORM, "paused": self._paused, "experiments": [asdict(each) for each in self._queued]}
        replace_text(self._file, json.dumps(content, indent=1))


def _readable(content: Any) -> Queued:
    """Return what the file says of one experiment. Raises ``TypeError`` or ``ValueError`` where that is nonsense."""
    queued = Queued(**content)
    texts = (queued.identity, queued.name, queued.folder, queued.added, queued.run, queued.reason)
    if not all(isinstance(text, str) for text in texts) or not isinstance(queued.values, dict):
        raise TypeError("an entry is not an experiment")
    if queued.state not in get_args(QueuedState):
        raise ValueError(f"an entry is {queued.state!r}")
    if queued.state == "running" and not is_training(queued.process, queued.identity):
        return replace(queued, state="interrupted", process={})
    return queued
