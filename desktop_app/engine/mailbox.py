"""Commands to a running training: put in from any thread, taken out by the loop between two steps."""

from __future__ import annotations

import queue
from dataclasses import dataclass


@dataclass(frozen=True)
class Pause:
    """Wait after this step."""


@dataclass(frozen=True)
class Proceed:
    """Go on after a pause."""


@dataclass(frozen=True)
class Stop:
    """End after this step; ``interrupted`` says that it was not the person's wish but a signal."""

    interrupted: bool = False


@dataclass(frozen=True)
class SetLearningRate:
    """Train on with another learning rate, keeping the schedule's shape."""

    learning_rate: float


@dataclass(frozen=True)
class SkipStage:
    """End this stage after this step and go on with the next."""


@dataclass(frozen=True)
class Extend:
    """Train the last stage so many epochs longer, as ``resume --epochs`` would after the end."""

    epochs: int


@dataclass(frozen=True)
class TakeSnapshot:
    """Keep the model as it is after this step, to be tried on pictures while the training goes on."""


Command = Pause | Proceed | Stop | SetLearningRate | SkipStage | Extend | TakeSnapshot


class Mailbox:
    """A queue that never blocks its senders."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self.stop_wanted: Stop | None = None
        """The stop that is on its way, for what takes long and is not a step to look at."""

    def put(self, command: Command) -> None:
        """Leave a command."""
        if isinstance(command, Stop):
            self.stop_wanted = command
        self._queue.put(command)

    def take(self) -> Command | None:
        """Return the oldest command, or ``None`` where there is none."""
        # ``empty`` costs a tenth of an exception, and this runs once a step.
        if self._queue.empty():
            return None
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return None

    def wait(self) -> Command:
        """Wait for a command."""
        return self._queue.get()
