"""The numbers of the training that runs, or of the run on show, above what can be done with it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from desktop_app.engine.events import EpochEnded, Event
from desktop_app.window.building_blocks import Figure, column, label
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.plots.shown_run import learns_numbers
from desktop_app.window.train.failed_run import FailedRun
from desktop_app.window.train.run_controls import RunControls
from desktop_app.window.wording import count, duration, figure, share, size
from desktop_app.window.workspace import Workspace

_STATES = {
    "idle": "Not trained yet",
    "preparing": "Preparing",
    "running": "Training",
    "paused": "Paused",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
# What an answer is measured by, until the task says which of both.
_MEASURE = "accuracy or mean error"


class RunPanel(QWidget):
    """Hidden while nothing was trained."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._last: EpochEnded | None = None
        self._measure = _MEASURE
        self._state = label("", "heading")
        self._folder = ElidedLabel("", "small")
        self.failed = FailedRun(workspace)
        self.reason = self.failed.reason
        self.figures = {name: Figure(name, flat=True) for name in ("accuracy", "validation loss", "epoch", "time left")}
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, made in enumerate(self.figures.values()):
            grid.addWidget(made, place // 2, place % 2)
        self._details = label("", "small", wrap=True)
        training = workspace.training
        self.controls = RunControls(workspace)
        parts = (self._state, self._folder, self.failed, grid, self._details, self.controls)
        self.setLayout(column(*parts, spacing=8))
        training.state_changed.connect(self.refresh)
        training.ticked.connect(self._tick)
        training.happened.connect(self._happened)
        workspace.run_changed.connect(self.refresh)
        workspace.shelf.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the state of the training, or the figures of the run on show."""
        training, run = self._workspace.training, self._workspace.run
        self.setVisible(training.active or run is not None)
        state = training.state if training.active else self._workspace.run_status or training.state
        self._state.setText("Stopping…" if training.stopping and training.active else _STATES.get(state, state))
        self.failed.hide()
        if training.active:
            if training.state == "preparing":
                self._last = None
                self._measure = _MEASURE
                self._folder.setText("")
                self._show_epochs()
                self.figures["time left"].show_value("–", "time left")
        elif run is not None:
            self._show_result(run)

    def _show_result(self, run: Any) -> None:
        result = self._workspace.run_result
        best = result.get("best") or {}
        self._folder.setText(run.folder.name)
        self._folder.setToolTip(str(run.folder))
        if learns_numbers(run.folder):
            self.figures["accuracy"].show_value(figure(best.get("val_mae")), "best mean error")
        else:
            self.figures["accuracy"].show_value(share(best.get("val_accuracy")), "best accuracy")
        self.figures["validation loss"].show_value(figure(best.get("val_loss")), "its validation loss")
        self.figures["epoch"].show_value(count(int(result.get("epochs") or 0)), "epochs trained")
        self.figures["time left"].show_value(duration(result.get("seconds")), "in all")
        rate = count(round(result.get("samples_per_second") or 0))
        self._details.setText(
            f"{count(int(result.get('steps') or 0), 'step')} at {rate} samples/s on {result.get('device', '')}"
        )
        self.failed.show_run(run if self._workspace.run_status == "failed" else None)

    def _tick(self, progress: Any) -> None:
        if not self._workspace.training.active:
            return
        run = self._workspace.training.session.run if self._workspace.training.session else None
        if run is not None and not self._folder.text():
            self._folder.setText(run.folder.name)
            self._folder.setToolTip(str(run.folder))
            self._measure = "mean error" if learns_numbers(run.folder) else "accuracy"
            self._show_epochs()
        done = f"{progress.epoch} / {progress.epochs}" if progress.epochs else "–"
        self.figures["epoch"].show_value(done, "epoch")
        self.figures["time left"].show_value(duration(progress.seconds_left), "time left")
        where = f"{progress.device}, {size(progress.memory_bytes)}" if progress.memory_bytes else progress.device
        steps = f"step {count(progress.step)} of {count(progress.steps)}" if progress.steps else progress.phase
        self._details.setText("  ·  ".join(part for part in (steps, where) if part))

    def _happened(self, event: Event) -> None:
        if isinstance(event, EpochEnded):
            self._last = event
            self._show_epochs()

    def _show_epochs(self) -> None:
        last = self._last
        caption = self._measure
        if last is not None and last.best_accuracy is not None:
            caption = f"accuracy, best {share(last.best_accuracy)}"
        if last is not None and last.val_mae is not None:
            self.figures["accuracy"].show_value(figure(last.val_mae), f"mean error, best {figure(last.best_mae)}")
        else:
            self.figures["accuracy"].show_value(share(last.val_accuracy) if last else "–", caption)
        self.figures["validation loss"].show_value(figure(last.val_loss) if last else "–", "validation loss")
