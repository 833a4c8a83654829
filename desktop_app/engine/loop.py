"""The training loop: plain Python that runs on the thread that calls it and knows neither threads nor windows.

Between two steps it reads its mailbox, and before the first step, about every four seconds and at each stage's end it
has a checkpoint written, from which a resumed run goes on bit for bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from desktop_app.engine.device import (
    autocast_type,
    device_name,
    gradient_scaler,
    reads_are_free,
    restore_random_state,
)
from desktop_app.engine.evaluation.in_loop import evaluate
from desktop_app.engine.events import (
    EpochEnded,
    Event,
    LearningRateChanged,
    Noticed,
    PhaseStarted,
    Progress,
    RunResult,
    StageStarted,
    Status,
)
from desktop_app.engine.guard import Guard, NonFiniteFound
from desktop_app.engine.insight.installing import install_instruments
from desktop_app.engine.job import Job
from desktop_app.engine.keeper import Keeper
from desktop_app.engine.mailbox import Mailbox
from desktop_app.engine.memory import is_lack_of_memory
from desktop_app.engine.pace import Pace
from desktop_app.engine.passing import Passing
from desktop_app.engine.position import Position
from desktop_app.engine.recipe import Recipe
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.recovery import Recovery, WentBack
from desktop_app.engine.stage import Stage, StageMaker
from desktop_app.engine.steering import Deeds, StageSkipped, Steering, Stopped, Stopwatch
from desktop_app.engine.stepper import Part, Stepper
from desktop_app.engine.waiting import Waiting
from desktop_app.errors import RunError
from desktop_app.store.run_folder import RunFolder


class TrainingLoop:
    """Trains a job into a run folder; ``run`` may be called once.

    Args:
        clock: What all that is measured in seconds is measured by.
    """

    def __init__(
        self,
        job: Job,
        folder: RunFolder,
        recorder: Recorder,
        mailbox: Mailbox,
        notify: Callable[[Event], None] = lambda event: None,
        publish: Callable[[Progress], None] = lambda progress: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._job = job
        self._folder = folder
        self._recorder = recorder
        self._notify = notify
        self._publish = publish
        self._keeper = Keeper(job, folder, recorder, clock)
        self._recipe = Recipe(job)
        self._pace = Pace(job.device, device_name(job.device), clock)
        self._waiting = Waiting(lambda: self._pace.seconds)
        self._instruments = install_instruments(job, folder, recorder, lambda: self._pace.seconds)
        self._reduced = autocast_type(job.experiment.training.precision, job.device)
        self._passing = Passing(job, self._recipe, self._reduced)
        self._position = Position([stage.epochs for stage in job.stages])
        self._guard = Guard(
            job.device,
            {module: name for name, module in job.model.network.named_modules()},
            reads=reads_are_free(job.device),
        )
        self._restored: dict[str, Any] | None = None
        self._wanted_rate: float | None = None
        self._training = torch.from_numpy(job.split.training)
        self._validation = torch.from_numpy(job.split.validation)
        # The loss and the right answers of the epoch under way, summed on the device.
        self._sums = torch.zeros(2, device=job.device)
        self._phase = ""
        self._stopwatch = Stopwatch(clock)
        deeds = Deeds(self._save, self._extend, lambda stepper: self._keeper.save_snapshot(self._position, stepper))
        self._steering = Steering(mailbox, recorder, self._pace, self._stopwatch, deeds, notify, clock)

    def restore(self, extra_epochs: int = 0, learning_rate: float | None = None) -> int:
        """Go on from the folder's last checkpoint, and return its step.

        Args:
            extra_epochs: So many the last stage is made longer.
            learning_rate: To go on with; ``None`` for the one it has.
        """
        content = self._keeper.load_last()
        try:
            self._position = Position(**content["position"])
            self._job.model.load_state(content["model"])
        except (TypeError, KeyError, RuntimeError) as error:
            raise RunError(f"{self._folder.last} does not fit its experiment; was a plugin changed since?") from error
        self._position.take_over_best(self._keeper.best_figures(), is_same_way=learning_rate is None)
        if extra_epochs:
            self._extend(extra_epochs)
        self._restored, self._wanted_rate = content, learning_rate
        return self._position.step

    def run(self) -> Status:
        """Train to the end or to a stop, and return how it ended; what goes wrong is raised."""
        position = self._position
        self._stage_maker = StageMaker(self._job, self._report, self._notice)
        self._recovery = Recovery(
            self._job, self._keeper, self._recorder, position, self._sums, self._guard, self._notify
        )
        status: Status = "finished"
        try:
            if self._restored is None:
                # Before features are computed, which may take minutes: what is stopped there can be resumed too.
                self._save(None)
            while True:
                stage, stepper = self._open_stage()
                try:
                    self._train_stage(stage, stepper)
                except StageSkipped:
                    self._recorder.event(position.step, "stage_skipped", stage.plan.name)
                # One that ended early is as long as it was: an extension counts from there.
                position.stage_epochs[position.stage] = position.epoch
                is_last = position.stage == len(self._job.stages) - 1
                if is_last:
                    self._recovery.training_ends(stepper)
                    self._save(stepper)
                stepper.evaluating(begins=True)  # the next stage goes on from the weights that are evaluated
                if is_last:
                    break
                position.next_stage()
                self._save(None)
        except Stopped as stopped:
            status = "interrupted" if stopped.interrupted else "stopped"
        position.seconds += self._stopwatch.lap()
        if not self._keeper.has_best:  # it ended within the first epoch
            self._keeper.save_best({"epoch": position.epochs_done, "step": position.step})
        return status

    def result(self, status: Status) -> RunResult:
        """Return the figures of the run as it stands."""
        position, last = self._position, self._position.last
        return RunResult(
            run=str(self._folder.path),
            status=status,
            epochs=position.epochs_done,
            steps=position.step,
            train_loss=last.get("train_loss"),
            val_loss=last.get("val_loss"),
            val_accuracy=last.get("val_accuracy"),
            best=dict(position.best_kept),
            seconds=round(position.seconds, 3),
            samples_per_second=round(self._pace.samples_per_second, 1),
            device=device_name(self._job.device),
        )

    def _open_stage(self) -> tuple[Stage, Stepper]:
        position, training = self._position, self._job.experiment.training
        plan = self._job.stages[position.stage]
        restored, self._restored = self._restored, None
        in_stage = restored is not None and restored["stepper"] is not None
        if restored is not None and not in_stage:
            restore_random_state(restored["random"], self._job.device)
        stage = self._stage_maker.make(plan)
        self._phase = plan.name.capitalize()
        batches = self._recipe.batches((0,))
        self._steps_in_epoch = len(batches)
        self._whole_batches = len(batches) - (len(batches) > 1 and len(batches[-1]) < len(batches[0]))
        stepper = Stepper(
            self._job.registry,
            plan.optimizer,
            plan.schedule,
            stage.parameters,
            # An extended stage keeps its schedule: what lies beyond is trained at the final learning rate.
            total_steps=plan.epochs * self._steps_in_epoch,
            shares=stage.shares,
            scaler=gradient_scaler(self._reduced, self._job.device),
            clip_gradient=training.clip_gradient,
            guard=self._guard.loss,
            guard_gradients=self._guard.gradients,
            average=self._recipe.average(stage),
        )
        if restored is not None and in_stage:
            stepper.load_state(restored["stepper"])
            self._sums.copy_(restored["sums"])
            restore_random_state(restored["random"], self._job.device)
            self._stopwatch.restart()
        else:
            self._sums.zero_()
            self._recorder.event(position.step, "stage", plan.name)
        self._watch(stage)
        wanted, self._wanted_rate = self._wanted_rate, None
        if wanted is not None:
            stepper.learning_rate = wanted
            self._recorder.event(position.step, "learning_rate", f"{wanted:g}")
            self._notify(LearningRateChanged(position.step, wanted))
        is_same_course = restored is not None and in_stage and wanted is None
        self._recovery.stage_opened(stepper, restored.get("earlier", ()) if restored and is_same_course else ())
        # A resumed run is written down as well: its extension would otherwise be lost to a kill.
        self._save(stepper)
        self._notify(PhaseStarted(self._phase))
        self._notify(StageStarted(plan.name, position.step))
        return stage, stepper

    def _watch(self, stage: Stage) -> None:
        """Have the instruments watch what a stage trains, from where it stands."""
        if self._instruments is not None:
            position = self._position
            taken = position.epoch * self._steps_in_epoch + position.step_in_epoch
            self._instruments.begin_stage(stage, position.step, taken)

    def _train_stage(self, stage: Stage, stepper: Stepper) -> None:
        """Train a stage to its end. Raises ``CurableError`` where memory lacks for so many samples, and fewer fit."""
        try:
            self._train_epochs(stage, stepper)
            return
        except Exception as error:
            if not is_lack_of_memory(error):
                raise
        # Out of the handler, whose traceback holds what did not fit.
        seed = (self._job.experiment.training.seed, self._position.stage, self._position.epoch)
        raise self._passing.lack_of_memory(stage, stepper, seed)

    def _train_epochs(self, stage: Stage, stepper: Stepper) -> None:
        position, patience = self._position, self._job.experiment.training.early_stopping
        self._pace.restart()
        while position.epoch < position.stage_epochs[position.stage]:
            try:
                self._train_epoch(stage, stepper)
                self._end_epoch(stage, stepper)
                # What was said during the evaluation counts, too: after the last epoch nobody would ask any more.
                self._steering.obey(stepper, position.step)
            except WentBack:
                self._watch(stage)
                self._pace.restart()
                continue
            if patience and position.since_best >= patience:
                self._recorder.event(position.step, "early_stopping", f"no better epoch in {patience}")
                break

    def _train_epoch(self, stage: Stage, stepper: Stepper) -> None:
        position = self._position
        seed = (self._job.experiment.training.seed, position.stage, position.epoch)
        batches = self._recipe.batches(seed)[position.step_in_epoch :]
        stage.train()
        self._recovery.epoch_begins(stage)
        given = self._waiting.each(stage.training_batches(batches, self._job.targets, seed, self._passing.at_once))
        for batch, (inputs, targets) in zip(batches, given, strict=True):
            right: list[Tensor] = []
            parts = self._passing.parts(stage, inputs, targets, right)
            learning_rate = stepper.learning_rate
            self._guard.begin(position.step + 1, stage.learning, self._passing.split(inputs), learning_rate)
            if self._recovery.refused(len(batch)):
                self._between_steps(stepper)
                continue
            self._recovery.step_begins()
            try:
                loss = self._step(stepper, parts)
            except NonFiniteFound as caught:
                self._recovery.meet(caught.found, stepper, len(batch))
                self._between_steps(stepper)
                continue
            # A rule with a closure may have passed the batch several times; the first is at the weights before.
            self._sums += torch.stack([loss * len(batch), sum(right[1 : len(parts)], right[0]).to(loss.dtype)])
            position.step_taken()
            self._pace.add(len(batch))
            if self._recorder.step(position.step, loss, learning_rate):
                self._tell(stepper)
            self._between_steps(stepper)

    def _step(self, stepper: Stepper, parts: Sequence[Part]) -> Tensor:
        """Take one step, watched by the instruments where they look at it."""
        if self._instruments is not None:
            step = self._position.step + 1
            look = self._instruments.look(step, self._whole_batches - self._position.step_in_epoch - 1)
            if look is not None:
                with self._instruments.looking(look, step, stepper):
                    return stepper.step(*parts)
        return stepper.step(*parts)

    def _tell(self, stepper: Stepper) -> None:
        """Say how far the training is, about ten times a second; what is due at such times is done as well."""
        self._recovery.look_back(stepper)
        if self._instruments is not None:
            self._instruments.draw_boundary(self._position.step)
        progress = self._pace.training(self._phase, self._position, self._steps_in_epoch, len(self._training))
        rates = {
            "samples_per_second": progress.samples_per_second,
            "memory_bytes": float(progress.memory_bytes),
            "input_share": self._waiting.share(),
        }
        self._recorder.add_row(self._position.step, rates)
        self._publish(progress)
        if self._keeper.is_due:
            self._save(stepper)

    def _between_steps(self, stepper: Stepper) -> None:
        self._steering.obey(stepper, self._position.step)
        self._recovery.step_ended(stepper)

    def _end_epoch(self, stage: Stage, stepper: Stepper) -> None:
        position = self._position
        samples = len(self._training) - position.left_out
        self._recorder.flush()
        self._recovery.look_back(stepper, at_epochs_end=True)
        loss_sum, right = self._sums.tolist()
        self._sums.zero_()
        self._pace.hold()
        stepper.evaluating(begins=True)
        found = evaluate(self._job, stage, self._validation, self._reduced, self._steering.end_where_stopped)
        figures: dict[str, Any] = {"train_loss": loss_sum / samples if samples else math.nan}
        if self._job.task.is_classification:
            figures["train_accuracy"] = right / samples if samples else math.nan
        if found is not None:
            figures.update(found.of_epoch())
        is_best = position.end_epoch(figures)
        if is_best:
            self._keeper.save_best(position.best)
        stepper.evaluating(begins=False)
        stepper.epoch_ended(figures.get("val_loss", figures["train_loss"]))
        self._recorder.flush()
        series = {"epoch_train_loss" if name == "train_loss" else name: value for name, value in figures.items()}
        # At once: whoever reads them on another thread finds all of an epoch, or nothing of it.
        self._recorder.add_row(position.step, series | (found.series() if found is not None else {}))
        self._notify(
            EpochEnded(
                position.epochs_done,
                position.epochs,
                position.step,
                figures["train_loss"],
                figures.get("val_loss"),
                figures.get("val_accuracy"),
                is_best,
                figures.get("val_mae"),
                position.best.get("val_accuracy"),
                position.best.get("val_mae"),
            )
        )
        self._pace.restart(evaluated=True)

    def _save(self, stepper: Stepper | None) -> None:
        """Write the last checkpoint; ``stepper`` is ``None`` between two stages."""
        self._position.seconds += self._stopwatch.lap()
        self._keeper.save_last(self._position, stepper, self._sums, self._recovery.places if stepper else ())

    def _extend(self, epochs: int) -> int:
        """Make the last stage longer, at its final learning rate, and return the epochs of all stages."""
        position = self._position
        position.stage_epochs[-1] += epochs
        if position.stage == len(position.stage_epochs) - 1:
            position.since_best = 0  # an early stopping counts anew
        return position.epochs

    def _notice(self, sentence: str) -> None:
        """Say, and write down, what people should know although everything goes on."""
        self._recorder.event(self._position.step, "notice", sentence)
        self._notify(Noticed(sentence))

    def _report(self, phase: str, done: int, total: int) -> None:
        """Publish the progress of something that is not a step; a stop ends it at once."""
        self._publish(self._pace.phase(phase, done, total))
        self._steering.end_where_stopped()
