"""Runs a session in the terminal: a progress bar with rate and time left, and Ctrl-C that keeps the run."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from desktop_app.command.report import percent, say
from desktop_app.engine.events import (
    EpochEnded,
    Event,
    LearningRateChanged,
    Noticed,
    Outcome,
    PhaseStarted,
    StageStarted,
    WeightsLoaded,
)
from desktop_app.engine.networks.fetching import DOWNLOADING
from desktop_app.engine.session import Session
from desktop_app.errors import DownslopeError, TrainingError

_LOOK_SECONDS = 0.1


class Watch:
    """Listens to a session and draws where it stands; without a terminal, a line an epoch."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TaskProgressColumn(),
            TextColumn("{task.fields[pace]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )

    def listen(self, event: Event) -> None:
        """Take an event, on the worker's thread; the console is safe to print to from there."""
        if isinstance(event, StageStarted):
            self._console.print(f"{event.name.capitalize()}, from step {event.step}")
        elif isinstance(event, PhaseStarted) and event.name == DOWNLOADING:
            self._console.print(DOWNLOADING)
        elif isinstance(event, WeightsLoaded | Noticed):
            self._console.print(event.text)
        elif isinstance(event, LearningRateChanged):
            self._console.print(f"Learning rate {event.learning_rate:g} from step {event.step}")
        elif isinstance(event, EpochEnded):
            self._console.print(_epoch(event))

    def see_to_the_end(self, session: Session) -> Outcome:
        """Start the session, draw it until it ends, and return its outcome.

        Ctrl-C asks it to end after the step under way; a second one gives up waiting.
        Raises: whatever made it fail.
        """
        session.start()
        with self._bar:
            task = self._bar.add_task("Starting", total=None, pace="")
            while True:
                try:
                    outcome = session.wait(_LOOK_SECONDS)
                    if outcome is not None:
                        break
                    self._draw(session, task)
                except KeyboardInterrupt:
                    session.stop(interrupted=True)
                    self._console.print("Interrupted: finishing this step and keeping the run ...")
                    outcome = session.wait()
                    break
        if outcome is None:
            raise TrainingError("The training ended without saying how.")
        if outcome.status == "failed":
            if session.run:
                say(f"The run is kept in {session.run.folder}")
            if isinstance(outcome.error, DownslopeError):
                raise outcome.error
            raise TrainingError(outcome.reason) from outcome.error
        return outcome

    def _draw(self, session: Session, task: object) -> None:
        progress = session.progress()
        description, pace = progress.phase, ""
        if progress.epochs:
            description = f"{progress.phase}, epoch {progress.epoch}/{progress.epochs}"
        if progress.samples_per_second:
            pace = f"{progress.samples_per_second:,.0f} samples/s"
        if progress.seconds_left is not None:
            pace += f", {_clock(progress.seconds_left)} left"
        if progress.phase == DOWNLOADING:
            pace = f"{progress.done / 1e6:,.1f} of {progress.total / 1e6:,.1f} MB"
        total = progress.total or None
        self._bar.update(task, description=description, completed=progress.done, total=total, pace=pace)  # type: ignore[arg-type]


def _epoch(event: EpochEnded) -> str:
    line = f"epoch {event.epoch}/{event.epochs}  training loss {event.train_loss:.4f}"
    if event.val_loss is not None:
        line += f"  validation loss {event.val_loss:.4f}"
    if event.val_accuracy is not None:
        line += f"  accuracy {percent(event.val_accuracy)}"
    if event.val_mae is not None:
        line += f"  mean error {event.val_mae:.4g}"
    return line + ("  best" if event.is_best else "")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
