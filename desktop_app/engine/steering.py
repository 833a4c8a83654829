"""What a training does when it is told something: pause, go on, stop, skip a stage, take another learning rate."""

from __future__ import annotations

import time
from collections.abc import Callable

from desktop_app.engine.events import Event, LearningRateChanged, Paused, Proceeded
from desktop_app.engine.mailbox import Mailbox, Pause, Proceed, SetLearningRate, SkipStage, Stop
from desktop_app.engine.pace import Pace
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.stepper import Stepper


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """Training ends here because somebody asked for it."""

    def __init__(self, interrupted: bool) -> None:
        super().__init__()
        self.interrupted = interrupted


class StageSkipped(Exception):  # noqa: N818 - no error either
    """The stage ends after the step that was just taken."""


class Stopwatch:
    """Counts the seconds that a training takes, its pauses left out."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def lap(self) -> float:
        """Return the seconds since the last lap, or since ``restart``."""
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        return seconds

    def restart(self) -> None:
        """Leave out what came since the last lap."""
        self._since = time.monotonic()


class Steering:
    """Obeys the commands of a mailbox, between two steps and on the thread that trains.

    Args:
        save: Writes the last checkpoint, with the seconds of ``stopwatch`` in it.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        recorder: Recorder,
        pace: Pace,
        stopwatch: Stopwatch,
        save: Callable[[Stepper], None],
        notify: Callable[[Event], None],
    ) -> None:
        self._mailbox = mailbox
        self._recorder = recorder
        self._pace = pace
        self._stopwatch = stopwatch
        self._save = save
        self._notify = notify

    def obey(self, stepper: Stepper, step: int) -> None:
        """Carry out what lies in the mailbox after ``step``.

        Raises: ``Stopped`` or ``StageSkipped`` where that was asked for.
        """
        while (command := self._mailbox.take()) is not None:
            if isinstance(command, Pause):
                self._pause(stepper, step)
            elif isinstance(command, Stop):
                self._stop(stepper, command)
            elif isinstance(command, SkipStage):
                raise StageSkipped
            elif isinstance(command, SetLearningRate):
                self._change_learning_rate(stepper, step, command)

    def end_where_stopped(self) -> None:
        """End at once in the midst of what is not a step; the last checkpoint is seconds old.

        Raises: ``Stopped`` where that was asked for.
        """
        if self._mailbox.stop_wanted:
            raise Stopped(self._mailbox.stop_wanted.interrupted)

    def _change_learning_rate(self, stepper: Stepper, step: int, command: SetLearningRate) -> None:
        self._save(stepper)
        stepper.learning_rate = command.learning_rate
        self._recorder.event(step, "learning_rate", f"{command.learning_rate:g}")
        self._notify(LearningRateChanged(step, command.learning_rate))

    def _pause(self, stepper: Stepper, step: int) -> None:
        self._pace.hold()
        self._save(stepper)
        self._notify(Paused())
        while not isinstance(command := self._mailbox.wait(), Proceed | SkipStage):
            self._stopwatch.restart()
            if isinstance(command, Stop):
                self._stop(stepper, command)
            elif isinstance(command, SetLearningRate):
                self._change_learning_rate(stepper, step, command)
        self._stopwatch.restart()
        self._pace.restart()
        self._notify(Proceeded())
        if isinstance(command, SkipStage):
            raise StageSkipped

    def _stop(self, stepper: Stepper, command: Stop) -> None:
        self._save(stepper)
        stepper.evaluating(begins=True)  # what is kept as the best model, where there is none yet
        raise Stopped(command.interrupted)
