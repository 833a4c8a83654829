"""What can be done with a training while it runs, and with its run afterwards."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QProgressBar, QPushButton, QWidget

from desktop_app.api.markers import Range
from desktop_app.api.parameters import Parameter
from desktop_app.engine.events import EpochEnded, Event, LearningRateChanged, Progress
from desktop_app.engine.run import Run
from desktop_app.errors import DownslopeError
from desktop_app.window.building_blocks import button, column, holding, row
from desktop_app.window.cloning import clone_run
from desktop_app.window.command_palette import Command
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.editors import SpinBox
from desktop_app.window.forms.field import LABEL_PIXELS, Field
from desktop_app.window.icons import put
from desktop_app.window.train.snapshot_trial import SnapshotTrial
from desktop_app.window.workspace import Notice, Workspace

# As wide as the longer of a button's two texts, so that nothing moves when it changes.
_PAUSE_PIXELS, _TRY_PIXELS = 112, 152
_RATE_HELP = "Takes effect at the next step; the schedule keeps its shape, and a checkpoint is written before"
_STOP_HELP = "End the training after this step; what has been learned is kept, and can be gone on with"
_NEXT_HELP = "The next experiment in the queue then begins; pause the queue first to have none begin"
_RATES = {"÷ 2": 0.5, "÷ 10": 0.1, "× 2": 2.0}


class RunControls(QWidget):
    """Commands go to the session's mailbox: nothing here waits for the training."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._shown_rate: float | None = None
        # Rates that were set and are not in effect yet; until then what was set last is what the next factor goes by.
        self._rates_under_way = 0
        # The field follows what is recorded of a later step than this; ``None`` while there is nothing to follow.
        self._follows_after: int | None = None
        training = workspace.training
        self.trial = SnapshotTrial(workspace)
        self.pause = button("Pause", self.pause_or_go_on, "pause")
        self.pause.setMinimumWidth(_PAUSE_PIXELS)
        self.stop = button("Stop", training.stop, "stop")
        self.skip = button("Skip stage", self.skip_stage, "next")
        self.skip.setToolTip("End this stage after this step, and go on with the next")
        self.rate = Field(
            Parameter("lr", "number", 0.001, Range(1e-6, 1.0, log=True), help=_RATE_HELP),
        )
        self.rate.edited.connect(self._set_rate)
        self.factors = {text: self._factor(text, by) for text, by in _RATES.items()}
        self.more_epochs = SpinBox()
        self.more_epochs.setRange(1, 10_000)
        self.more_epochs.setValue(5)
        self.more_epochs.setSuffix(" epochs")
        self.more_epochs.setAccessibleName("Epochs to add")
        self.extend = button("Train longer", self.train_longer, "play")
        self.try_out = button("Try it on pictures", self._try_out_or_cancel, "predict")
        self.try_out.setMinimumWidth(_TRY_PIXELS)
        self._trial_of: Path | None = None
        self._tried_on = "pictures"
        self._trial_words = ElidedLabel("", "small")
        self._trial_bar = QProgressBar()
        self._trial_bar.setTextVisible(False)
        self.resume = button("Resume", lambda: workspace.resume_run(), "play")
        self.resume.setToolTip("Go on where the training was stopped, as if it never had been")
        self.evaluate = button("Evaluate", lambda: workspace.page_asked.emit("evaluate"), "evaluate")
        self.evaluate.setToolTip("See what the network confuses, and its worst mistakes")
        self.clone = button("Clone", self.clone_shown, "copy")
        self.clone.setToolTip("Open this run's experiment as a new draft to be changed; the run stays as it is")
        factors = QHBoxLayout()
        factors.setSpacing(4)
        factors.addSpacing(LABEL_PIXELS)
        for made in self.factors.values():
            factors.addWidget(made)
        factors.addStretch(1)
        self._live = holding(column(row(self.pause, self.stop, None), row(self.skip, None), self.rate, factors))
        self._told = holding(column(self._trial_words, self._trial_bar, spacing=4))
        trial = row(self.try_out, self._told)
        trial.setStretch(1, 1)
        self._trial = holding(trial)
        self._longer = holding(row(self.extend, self.more_epochs, None))
        self._over = holding(row(self.resume, self.evaluate, None))
        self.setLayout(column(self._live, self._over, self._longer, self._trial, row(self.clone, None)))
        for pressed in self.findChildren(QAbstractButton):
            # A click leaves the focus on the page: Space afterwards must pause, not press the button again.
            pressed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        training.state_changed.connect(self.refresh)
        training.ticked.connect(self._tick)
        training.happened.connect(self._happened)
        workspace.run_changed.connect(self.refresh)
        workspace.shelf.changed.connect(self.refresh)
        workspace.checked.connect(self.refresh)
        workspace.queue.changed.connect(self.refresh)
        self.trial.changed.connect(self.refresh)
        self.trial.ready.connect(self._tried)
        self.refresh()

    def commands(self) -> list[Command]:
        """Return what the palette offers now."""
        training = self._workspace.training
        offered: list[Command] = []
        if training.state == "running":
            offered.append(Command("Pause the training", training.pause, "Space"))
        if training.state == "paused":
            offered.append(Command("Continue the training", training.proceed, "Space"))
        if training.state in ("running", "paused"):
            offered += [
                Command("Stop the training", training.stop),
                Command("Halve the learning rate", lambda: self.scale_rate(0.5)),
                Command("Take a tenth of the learning rate", lambda: self.scale_rate(0.1)),
                Command(f"Train {self.more_epochs.value()} epochs longer", self.train_longer),
                Command("Try the model as it is now", self.trial.begin),
            ]
            if not self.skip.isHidden():
                offered.append(Command("Skip this stage", self.skip_stage))
        if self._run() is not None:
            offered.append(Command("Clone this run", self.clone_shown))
        return offered

    def refresh(self) -> None:
        """Show what can be done now."""
        workspace, training = self._workspace, self._workspace.training
        state, run, status = training.state, workspace.run, workspace.run_status
        steerable = state in ("running", "paused") and not training.stopping
        self._live.setVisible(training.active)
        self.pause.setText("Continue" if state == "paused" else "Pause")
        put(self.pause, "play" if state == "paused" else "pause", "text")
        self.pause.setToolTip(f"{'Go on' if state == 'paused' else 'Wait after this step'} (Space)")
        self.pause.setEnabled(steerable)
        self.stop.setEnabled(training.active and not training.stopping)
        session = training.session
        queue = workspace.queue.queue
        next_begins = queue is not None and bool(queue.waiting) and not queue.paused
        self.stop.setToolTip(f"{_STOP_HELP}\n{_NEXT_HELP}" if next_begins else _STOP_HELP)
        self.skip.setVisible(session is not None and session.experiment.fine_tuning is not None)
        self.skip.setEnabled(steerable)
        self.rate.setEnabled(steerable)
        for made in self.factors.values():
            made.setEnabled(steerable)
        there = workspace.shelf.registry is not None
        ended = not training.active and run is not None and there
        self._over.setVisible(ended)
        self.resume.setVisible(status in ("stopped", "interrupted"))
        self._longer.setVisible(training.active or (ended and status in ("finished", "stopped", "interrupted")))
        self.extend.setEnabled(steerable or ended)
        self.extend.setToolTip(
            "Make the last stage longer, at the learning rate that it ends with"
            if training.active
            else "Go on with this run for more epochs, at its final learning rate"
        )
        self._trial.setVisible(training.active or self.trial.busy)
        self._show_trial(steerable=steerable)
        self.clone.setEnabled(self._run() is not None)
        if state == "preparing":
            self._shown_rate, self._rates_under_way, self._follows_after = None, 0, -1

    def pause_or_go_on(self) -> None:
        """Pause, or go on after a pause."""
        training = self._workspace.training
        if training.state == "paused":
            training.proceed()
        else:
            training.pause()

    def skip_stage(self) -> None:
        """End the stage under way."""
        session = self._workspace.training.session
        if session is not None and self._workspace.training.active:
            session.skip_stage()

    def scale_rate(self, factor: float) -> None:
        """Multiply the learning rate that is shown, be it in effect or about to be."""
        if self._shown_rate is not None:
            wanted = self._shown_rate * factor
            self._set_rate(wanted)
            self._show_rate(wanted)

    def train_longer(self) -> None:
        """Make the training that runs, or the run on show, longer."""
        training, epochs = self._workspace.training, self.more_epochs.value()
        if training.active and training.session is not None:
            training.session.extend(epochs)
        else:
            self._workspace.resume_run(epochs)

    def clone_shown(self) -> None:
        """Open the experiment of the training that runs, or of the run on show, as a new draft."""
        run = self._run()
        if run is not None:
            clone_run(self._workspace, run, {})

    def _factor(self, text: str, by: float) -> QPushButton:
        made = button(text, lambda: self.scale_rate(by), look="flat")
        made.setAccessibleName(f"Learning rate {text}")
        made.setToolTip(f"Learning rate {text}, from the next step on")
        return made

    def _run(self) -> Run | None:
        training = self._workspace.training
        if training.active:
            return training.session.run if training.session is not None else None
        return self._workspace.run

    def _set_rate(self, value: Any) -> None:
        session = self._workspace.training.session
        if session is None or not self._workspace.training.active:
            return
        if not isinstance(value, int | float) or value <= 0:
            self.rate.show_wrong("must be a number above 0")
            return
        session.set_learning_rate(float(value))
        self._rates_under_way += 1
        self._follows_after = None
        self._shown_rate = float(value)

    def _show_rate(self, rate: float) -> None:
        self._shown_rate = rate
        # As many digits as the field has room for; halving goes by the whole number.
        self.rate.show_value(float(f"{rate:.3g}"), differs=False)

    @Slot(object)
    def _tick(self, progress: Progress) -> None:
        training = self._workspace.training
        if not training.active or training.session is None:
            return
        if not self.clone.isEnabled() and training.session.run is not None:
            self.clone.setEnabled(True)
        # Reading copies the whole series: only where there is a step worth it.
        if self._follows_after is not None and progress.step > self._follows_after:
            steps, rates = training.session.recorder.read("lr", 0)
            if len(steps) and steps[-1] > self._follows_after:
                self._follows_after = None
                self._show_rate(float(rates[-1]))

    @Slot(object)
    def _happened(self, event: Event) -> None:
        if isinstance(event, LearningRateChanged):
            self._rates_under_way = max(self._rates_under_way - 1, 0)
            if not self._rates_under_way:
                self._show_rate(event.learning_rate)
        if isinstance(event, EpochEnded | LearningRateChanged) and not self._rates_under_way:
            self._follows_after = event.step  # a schedule moves it; what is recorded until here is the rate before

    def _try_out_or_cancel(self) -> None:
        if self.trial.busy:
            self.trial.cancel()
        else:
            self.trial.begin()

    def _show_trial(self, *, steerable: bool) -> None:
        busy = self.trial.busy
        session = self._workspace.training.session
        run = session.run if session is not None else None
        if run is not None and run.folder != self._trial_of:
            self._trial_of = run.folder
            with contextlib.suppress(DownslopeError):  # its folder may be gone; the end of the training says so
                self._tried_on = "pictures" if run.task.input.kind == "pictures" else "a table"
        self.try_out.setText("Cancel" if busy else f"Try it on {self._tried_on}")
        put(self.try_out, "close" if busy else "predict", "text")
        self.try_out.setEnabled(busy or steerable)
        self.try_out.setToolTip(
            "Give up the export; the snapshot itself is kept"
            if busy
            else "Keep the model as it is now, and open it on the Predict page; the training goes on meanwhile"
        )
        self._told.setVisible(busy)
        self._trial_words.setText(self.trial.words if busy else "")
        # A bar without an end keeps repainting: it runs only while it is seen.
        self._trial_bar.setRange(0, 0 if busy else 1)

    @Slot(object)
    def _tried(self, file: Path) -> None:
        workspace = self._workspace
        workspace.predict_asked.emit([file])
        text = f"The model as it was after step {self.trial.step:,} is on the Predict page."
        if self.isVisible():
            workspace.page_asked.emit("predict")
            workspace.say(text)
        else:  # somebody who has gone elsewhere is not pulled away
            workspace.said.emit(Notice(text, action="Show it", deed=lambda: workspace.page_asked.emit("predict")))
