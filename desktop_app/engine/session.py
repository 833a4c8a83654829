"""A training on a worker thread: started, paused, stopped and watched from any other thread.

The worker owns network, optimizer and data. Commands go to it through a mailbox, numbers come from it through a
recorder, and what changes state is told to the listener, on the worker's thread, in frozen values.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop_app.engine.device import device_name, use_threads
from desktop_app.engine.environment import describe_environment
from desktop_app.engine.events import (
    Ended,
    Event,
    Noticed,
    Outcome,
    Paused,
    PhaseStarted,
    Proceeded,
    Progress,
    StageStarted,
    Status,
    WeightsLoaded,
)
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.insight.facts_of_job import facts_of
from desktop_app.engine.job import Job
from desktop_app.engine.loop import TrainingLoop
from desktop_app.engine.mailbox import Extend, Mailbox, Pause, Proceed, SetLearningRate, SkipStage, Stop, TakeSnapshot
from desktop_app.engine.prepare import prepare
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.remedy import Remedy, remedy_of
from desktop_app.engine.run import Run
from desktop_app.engine.steering import Stopped
from desktop_app.engine.tracking.description import describe_run
from desktop_app.engine.tracking.tracking import Tracking
from desktop_app.engine.trouble import in_one_sentence
from desktop_app.errors import DataError, RunError, TrainingError
from desktop_app.registry import Registry
from desktop_app.store.metrics import MetricsReader, MetricsWriter
from desktop_app.store.run_folder import RunFolder
from desktop_app.store.who_trains import is_another, release, take, this_process

Listener = Callable[[Event], None]


class Session:
    """One training from its start to its one end.

    Args:
        out: The folder that the run's folder NAME-N is made in.
        listener: Called on the worker's thread with each event.
        clock: What the training's seconds are measured by.
    """

    def __init__(
        self,
        experiment: Experiment,
        registry: Registry,
        out: Path,
        listener: Listener = lambda event: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.experiment = experiment
        self.registry = registry
        self._out = out
        self._listener = listener
        self._clock = clock
        self._resumed: RunFolder | None = None
        self._extra_epochs = 0
        self._micro_batch: int | None = None
        self._learning_rate: float | None = None
        self._mailbox = Mailbox()
        self._progress = Progress()
        self._outcome: Outcome | None = None
        self._tracking: Tracking | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)
        self.recorder = Recorder(clock)
        self.state = "preparing"
        self.run: Run | None = None

    @classmethod
    def resuming(
        cls,
        folder: str | Path,
        registry: Registry,
        epochs: int | None = None,
        listener: Listener = lambda event: None,
        clock: Callable[[], float] = time.monotonic,
        *,
        micro_batch: int | None = None,
        learning_rate: float | None = None,
    ) -> Session:
        """Return a session that goes on with a run, ``epochs`` longer than planned.

        Args:
            micro_batch: So many samples go through the network at once from here on.
            learning_rate: To go on with, from the checkpoint on.

        Raises: ``RunError`` where there is nothing to go on with, or another process is at it;
            ``ExperimentError`` for a ``micro_batch`` and ``TrainingError`` for a rate that makes no sense.
        """
        files = RunFolder.open(folder)
        status = files.state().get("status")
        if status == "running":
            raise RunError(f"The run {files.path} is being trained by another process; stop that one first.")
        if status == "finished" and not epochs:
            raise RunError(f"The run {files.path} is finished; give a number of epochs to extend it.")
        if not files.last.is_file():
            raise RunError(f"The run {files.path} ended before its first checkpoint; start it anew.")
        experiment = Run(files).experiment
        if micro_batch is not None:
            experiment = experiment.with_value("training.micro_batch", micro_batch)
        if learning_rate is not None:
            _refuse_senseless_rate(learning_rate)
        session = cls(experiment, registry, files.path.parent, listener, clock)
        session._resumed = files
        session._extra_epochs = epochs or 0
        session._micro_batch, session._learning_rate = micro_batch, learning_rate
        return session

    @property
    def resumed(self) -> Path | None:
        """The folder of the run that it goes on with; ``None`` where it makes one."""
        return self._resumed.path if self._resumed else None

    def start(self) -> None:
        """Begin, on the worker's thread."""
        self._thread.start()

    def pause(self) -> None:
        """Wait after the step under way."""
        self._mailbox.put(Pause())

    def proceed(self) -> None:
        """Go on after a pause."""
        self._mailbox.put(Proceed())

    def stop(self, interrupted: bool = False) -> None:
        """End after the step under way, keeping the best model so far."""
        self._mailbox.put(Stop(interrupted))

    def set_learning_rate(self, learning_rate: float) -> None:
        """Train on with another learning rate.

        Raises: ``TrainingError`` for one that is not above 0 or not finite.
        """
        _refuse_senseless_rate(learning_rate)
        self._mailbox.put(SetLearningRate(learning_rate))

    def skip_stage(self) -> None:
        """End this stage and go on with the next."""
        self._mailbox.put(SkipStage())

    def extend(self, epochs: int) -> None:
        """Train the last stage ``epochs`` longer, at its final learning rate, as ``resume`` would after the end.

        Raises: ``TrainingError`` for less than one epoch.
        """
        if epochs < 1:
            raise TrainingError(f"A training can be made longer by one epoch or more, got {epochs}.")
        self._mailbox.put(Extend(epochs))

    def take_snapshot(self) -> None:
        """Keep the model as it is after the step under way; ``SnapshotTaken`` says in which file."""
        self._mailbox.put(TakeSnapshot())

    def wait(self, timeout_seconds: float | None = None) -> Outcome | None:
        """Wait for the end and return it, or ``None`` where it did not come in time."""
        # Not ``join``: one that Ctrl-C breaks into takes the thread for ended (Python 3.11, gh-90882).
        if not self._over.wait(timeout_seconds):
            return None
        self._thread.join()
        return self._outcome

    def progress(self) -> Progress:
        """Return where the training stands."""
        return self._progress

    def _work(self) -> None:
        use_threads(self.experiment.training.threads)
        try:
            outcome = self._train()
        except Stopped as stopped:
            outcome = Outcome(
                "interrupted" if stopped.interrupted else "stopped", "It was stopped before the first step."
            )
        except BaseException as error:  # noqa: BLE001 - the thread's border: a session ends exactly once, whatever happens
            outcome = Outcome("failed", in_one_sentence(error, self.experiment), None, error, remedy_of(error))
        self.state = outcome.status
        self._outcome = outcome
        try:
            self._listener(Ended(outcome))
        finally:
            self._over.set()

    def _train(self) -> Outcome:
        self.experiment.check(self.registry)  # the trackers too, which those who only look at samples do without
        job = prepare(self.experiment, self.registry, self._report)
        for report in job.weights_reports:
            self._notify(WeightsLoaded(f"Weights from {Path(report.file).name}: {report.sentence}", report.complete))
        folder = self._resumed or RunFolder.create(self._out, self.experiment.name)
        if self._resumed:
            _refuse_other_data(job, folder)
            self.recorder.recall(MetricsReader(folder.metrics))
        else:
            _describe(job, folder)
        if not take(folder.path):
            raise RunError(f"The run {folder.path} is being trained already; stop that training first.")
        try:
            with contextlib.closing(MetricsWriter(folder.metrics)) as writer:
                return self._train_into(job, folder, writer)
        finally:
            release(folder.path)

    def _train_into(self, job: Job, folder: RunFolder, writer: MetricsWriter) -> Outcome:
        loop = TrainingLoop(job, folder, self.recorder, self._mailbox, self._notify, self._publish, self._clock)
        before = writer.claim(this_process(), is_another)
        self.recorder.open(writer, job.device)
        step = None
        if self._resumed:
            try:
                step = loop.restore(self._extra_epochs, self._learning_rate)
            except BaseException:
                writer.set_state("status", before)
                raise
            writer.delete_after(step)
            self.recorder.forget_after(step)
            self._write_down_micro_batch(job, folder, step)
        self.run = Run(folder)
        self._track(job, folder, step)
        try:
            status = loop.run()
        except BaseException as error:
            self._end(writer, loop, "failed", in_one_sentence(error, self.experiment), remedy_of(error))
            raise
        return self._end(writer, loop, status)

    def _write_down_micro_batch(self, job: Job, folder: RunFolder, step: int) -> None:
        """Make the run's experiment say how it goes on, where that was asked for."""
        if self._micro_batch is not None:
            job.experiment.save(folder.experiment)
            at_once = f"{self._micro_batch} samples at a time" if self._micro_batch else "whole batches"
            self.recorder.event(step, "memory", f"{at_once} go through the network from here on")

    def _end(
        self,
        writer: MetricsWriter,
        loop: TrainingLoop,
        status: Status,
        reason: str = "",
        remedy: Remedy | None = None,
    ) -> Outcome:
        result = loop.result(status)
        try:
            self.recorder.flush()
            writer.set_state("result", dataclasses.asdict(result))
            writer.set_state("reason", reason)
            writer.set_state("remedy", dataclasses.asdict(remedy) if remedy else None)
            writer.set_state("status", status)
        finally:  # also where the disk refuses: trackers have threads that must end
            if self._tracking is not None:
                self._tracking.end(status, {**dataclasses.asdict(result), "reason": reason})
        return Outcome(status, reason, result)

    def _track(self, job: Job, folder: RunFolder, resumed_at: int | None) -> None:
        """Have the experiment's trackers follow from here on."""
        chosen = job.experiment.training.trackers
        if chosen:
            self._tracking = Tracking(chosen, job.registry, self._tracker_notice)
            self._tracking.start(describe_run(job.experiment, job.task, device_name(job.device), folder), resumed_at)
            self.recorder.listeners.append(self._tracking)

    def _tracker_notice(self, step: int, sentence: str) -> None:
        self.recorder.event(step, "notice", sentence)
        self._notify(Noticed(sentence))

    def _report(self, phase: str, done: int, total: int) -> None:
        if phase != self._progress.phase:
            self._notify(PhaseStarted(phase))
        self._publish(dataclasses.replace(self._progress, phase=phase, done=done, total=total))
        if self._mailbox.stop_wanted:
            raise Stopped(self._mailbox.stop_wanted.interrupted)

    def _publish(self, progress: Progress) -> None:
        self._progress = progress  # one assignment: a reader sees the old one or the new one

    def _notify(self, event: Event) -> None:
        if isinstance(event, StageStarted | Proceeded):
            self.state = "running"
        elif isinstance(event, Paused):
            self.state = "paused"
        self._listener(event)


def _refuse_senseless_rate(learning_rate: float) -> None:
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise TrainingError(f"The learning rate must be a finite number above 0, got {learning_rate:g}.")


def _describe(job: Job, folder: RunFolder) -> None:
    """Write down what is trained on what, before anything is trained."""
    job.experiment.save(folder.experiment)
    folder.write_json(folder.task, job.task.model_dump(mode="json"))
    folder.write_json(folder.environment, describe_environment(job))
    folder.write_json(folder.split, _split(job))
    folder.write_json(folder.facts, facts_of(job).model_dump(mode="json"))


def _split(job: Job) -> dict[str, Any]:
    named = {
        "training": job.split.training,
        "validation": job.split.validation,
        "test": job.split.test,
    }
    return {part: [str(job.names[place]) for place in places] for part, places in named.items()}


def _refuse_other_data(job: Job, folder: RunFolder) -> None:
    """Raise where the data is not what the run was trained on: going on would not be the same run."""
    if folder.read_json(folder.split) != _split(job) or folder.read_json(folder.task) != job.task.model_dump(
        mode="json"
    ):
        raise DataError(
            f"The data has changed since the run {folder.path.name} began: samples, classes or columns differ. "
            "Start a new run instead."
        )
