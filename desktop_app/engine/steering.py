"""What a training does when it is told something: pause, stop, another learning rate, longer, keep a snapshot."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.engine.events import Event, Extended, LearningRateChanged, Noticed, Paused, Proceeded, SnapshotTaken
from desktop_app.engine.mailbox import (
    Command,
    Extend,
    Mailbox,
    Pause,
    Proceed,
    SetLearningRate,
    SkipStage,
    Stop,
    TakeSnapshot,
)
from desktop_app.engine.pace import Pace
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.stepper import Stepper
from desktop_app.errors import RunError


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """Training ends here because somebody asked for it."""

    def __init__(self, interrupted: bool) -> None:
        super().__init__()
        self.interrupted = interrupted


class StageSkipped(Exception):  # noqa: N818 - no error either
    """The stage ends after the step that was just taken."""


class Stopwatch:
    """Counts the seconds that a training takes, its pauses left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()

    def lap(self) -> float:
        """Return the seconds since the last lap, or since ``restart``."""
        now = self._clock()
        seconds, self._since = now - self._since, now
        return seconds

    def restart(self) -> None:
        """Leave out what came since the last lap."""
        self._since = self._clock()


@dataclass(frozen=True)
class Deeds:
    """What the loop does for its steering, on the training's own thread.

    ``save`` writes the last checkpoint, with the seconds of the stopwatch in it. ``extend`` makes the last stage so
    many epochs longer, and returns the epochs of all stages. ``keep_snapshot`` writes the weights that are evaluated,
    and returns the name of the file in the run's folder.
    """

    save: Callable[[Stepper], None]
    extend: Callable[[int], int]
    keep_snapshot: Callable[[Stepper], str]


class Steering:
    """Obeys the commands of a mailbox, between two steps and on the thread that trains."""

    def __init__(
        self,
        mailbox: Mailbox,
        recorder: Recorder,
        pace: Pace,
        stopwatch: Stopwatch,
        deeds: Deeds,
        notify: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mailbox = mailbox
        self._recorder = recorder
        self._pace = pace
        self._stopwatch = stopwatch
        self._deeds = deeds
        self._notify = notify
        self._clock = clock

    def obey(self, stepper: Stepper, step: int) -> None:
        """Carry out what lies in the mailbox after ``step``.

        Raises: ``Stopped`` or ``StageSkipped`` where that was asked for.
        """
        while (command := self._mailbox.take()) is not None:
            if isinstance(command, Pause):
                self._pause(stepper, step)
            else:
                self._carry_out(command, stepper, step)

    def end_where_stopped(self) -> None:
        """End at once in the midst of what is not a step; the last checkpoint is seconds old.

        Raises: ``Stopped`` where that was asked for.
        """
        if self._mailbox.stop_wanted:
            raise Stopped(self._mailbox.stop_wanted.interrupted)

    def _carry_out(self, command: Command, stepper: Stepper, step: int) -> None:
        if isinstance(command, Stop):
            self._stop(stepper, command)
        elif isinstance(command, SkipStage):
            raise StageSkipped
        elif isinstance(command, SetLearningRate):
            self._change_learning_rate(stepper, step, command)
        elif isinstance(command, Extend):
            self._extend(stepper, step, command)
        elif isinstance(command, TakeSnapshot):
            self._take_snapshot(stepper, step)

    def _change_learning_rate(self, stepper: Stepper, step: int, command: SetLearningRate) -> None:
        self._deeds.save(stepper)
        self._recorder.event(step, "checkpoint", "before the learning rate was changed")
        stepper.learning_rate = command.learning_rate
        self._recorder.event(step, "learning_rate", f"{command.learning_rate:g}")
        self._deeds.save(stepper)  # a kill is not to take back what a person has set
        self._notify(LearningRateChanged(step, command.learning_rate))

    def _extend(self, stepper: Stepper, step: int, command: Extend) -> None:
        epochs = self._deeds.extend(command.epochs)
        self._recorder.event(step, "extended", f"by {command.epochs} to {epochs} epochs")
        self._deeds.save(stepper)
        self._notify(Extended(step, epochs))

    def _take_snapshot(self, stepper: Stepper, step: int) -> None:
        self._pace.hold()
        try:
            file = self._deeds.keep_snapshot(stepper)
        except RunError as error:
            # A disk that has no room for one more file is no reason to end the training.
            sentence = f"No snapshot was taken. {error}"
            self._recorder.event(step, "notice", sentence)
            happened: Event = Noticed(sentence)
        else:
            self._recorder.event(step, "snapshot", file)
            happened = SnapshotTaken(step, file)
        self._recorder.commit()  # now: in a pause nothing else is committed, however long it lasts
        self._notify(happened)
        self._pace.restart()

    def _pause(self, stepper: Stepper, step: int) -> None:
        self._pace.hold()
        self._deeds.save(stepper)
        began = self._clock()
        command: Command = Pause()
        self._notify(Paused())
        try:
            while not isinstance(command := self._mailbox.wait(), Proceed):
                self._stopwatch.restart()
                self._pace.restart()
                self._carry_out(command, stepper, step)
        finally:
            self._stopwatch.restart()
            self._pace.restart()
            self._recorder.event(step, "paused", _length(self._clock() - began))
            # What skips the stage goes on as well; what stops the training does not.
            if isinstance(command, Proceed | SkipStage):
                self._notify(Proceeded())

    def _stop(self, stepper: Stepper, command: Stop) -> None:
        self._deeds.save(stepper)
        stepper.evaluating(begins=True)  # what is kept as the best model, where there is none yet
        raise Stopped(command.interrupted)


def _length(seconds: float) -> str:
    """Return how long a pause was: ``0:42`` or ``1:00:00``."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
