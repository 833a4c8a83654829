"""Train: the curves while they grow, the numbers that matter, and the controls; afterwards, the last run."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QHBoxLayout, QSplitter, QStackedWidget, QWidget

from desktop_app.engine.events import Ended, EpochEnded, Event, StageStarted
from desktop_app.errors import DownslopeError
from desktop_app.window.building_blocks import column, holding, row
from desktop_app.window.command_palette import Command
from desktop_app.window.pages.page import Page
from desktop_app.window.plots.live_plot import CurveStyle, LivePlot
from desktop_app.window.plots.run_series import RunSeries
from desktop_app.window.plots.series_buffer import SeriesSource
from desktop_app.window.segments import Segments
from desktop_app.window.train.event_line import EventLine, in_words
from desktop_app.window.train.findings_panel import FindingsPanel
from desktop_app.window.train.layers_view import LayersView
from desktop_app.window.train.queue_panel import QueuePanel
from desktop_app.window.train.run_panel import RunPanel
from desktop_app.window.train.training_form import TrainingForm
from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace


class TrainPage(Page):
    """Plots pull from the recorder at each tick, and only while this page is in front."""

    NAME, TITLE, ICON = "train", "Train", "train"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.loss = LivePlot(
            "Loss",
            (
                CurveStyle("train_loss", "training", noisy=True),
                CurveStyle("val_loss", "validation", dashed=True, dots=True),
            ),
        )
        self.accuracy = LivePlot(
            "Accuracy",
            (
                CurveStyle("train_accuracy", "training", dots=True),
                CurveStyle("val_accuracy", "validation", dashed=True, dots=True),
            ),
            as_share=True,
        )
        self.error = LivePlot("Mean error", (CurveStyle("val_mae", "validation", dashed=True, dots=True),))
        self.error.hide()
        self.rate = LivePlot("Learning rate", (CurveStyle("lr", "learning rate"),), small=True)
        self.speed = LivePlot(
            "Samples a second", (CurveStyle("samples_per_second", "samples/s", noisy=True),), small=True
        )
        self.plots = (self.loss, self.accuracy, self.rate, self.speed, self.error)
        self.events = EventLine()
        self._source: SeriesSource | None = None
        self._turn = 0
        self.layers = LayersView(workspace)
        self.views = QStackedWidget()
        self.views.addWidget(self._make_curves())
        self.views.addWidget(self.layers)
        self.segments = Segments(("Curves", "Layers"), "View")
        self.segments.chosen.connect(self._show_view)
        self._content = holding(column(row(self.segments, None), self.views, spacing=12, margins=16))
        self.add_content(self._content)
        self.run_panel = RunPanel(workspace)
        self.findings = FindingsPanel(workspace)
        self.queue = QueuePanel(workspace)
        self.form = TrainingForm(workspace)
        self.add_inspector(self.run_panel, self.findings, self.queue, self.form)
        workspace.training.state_changed.connect(self._state_changed)
        workspace.training.happened.connect(self._happened)
        workspace.training.ticked.connect(self._tick)
        workspace.run_changed.connect(self._run_changed)
        workspace.data.changed.connect(self.refresh)
        workspace.checked.connect(self.refresh)
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer what can be done with the training now."""
        return [*self.run_panel.controls.commands(), Command("Fit all plots", self._fit)]

    def space_pressed(self) -> None:
        """Pause, or go on after a pause; a button or a list that has the focus keeps its Space."""
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton):
            focused.click()
            return
        if isinstance(focused, QComboBox):
            focused.showPopup()
            return
        training = self.workspace.training
        if training.state == "paused":
            training.proceed()
        else:
            training.pause()

    def join(self) -> None:
        """Give up the export of a snapshot that may be on its way."""
        self.run_panel.controls.trial.cancel()

    def show_problem(self, key: str, sentence: str) -> bool:
        """Say what is wrong beside the field."""
        return self.form.show_problem(key, sentence)

    def refresh(self) -> None:
        """Show the state that the training is in."""
        workspace, training = self.workspace, self.workspace.training
        if training.state == "preparing":
            self._show_preparing()
            self.set_state("running")
            return
        if training.active or workspace.run is not None:
            self.stack.setCurrentWidget(self._content)
            wrong = workspace.run_status == "failed" or self._setting_is_wrong
            self.set_state("running" if training.active else "attention" if wrong else "done")
            return
        self.stack.setCurrentWidget(self.panel)
        if training.state == "failed" and training.session and workspace.trained_values == workspace.draft.values:
            outcome = training.session.wait(0)
            self.set_state("attention")
            self.panel.show_error(
                "The training could not begin", outcome.reason if outcome else "", "Try again", workspace.start_training
            )
            return
        has_data = workspace.data.state in ("ready", "loading")
        self.set_state("ready" if workspace.ready_to_train else "empty")
        if workspace.problem is not None and has_data:
            self.panel.show_error("The experiment cannot be trained yet", str(workspace.problem))
            self.set_state("attention")
        elif workspace.ready_to_train:
            self.panel.show_empty(
                "train",
                "Ready to train",
                "Loss and accuracy will grow here while the network learns. Training can be paused and stopped at any "
                "time, and what was learned is kept.",
                "Train",
                workspace.start_training,
            )
        elif has_data:
            waiting = workspace.shelf.registry is None
            self.panel.show_loading("Loading PyTorch…" if waiting else "Reading the data…")
        else:
            self.panel.show_empty(
                "train",
                "Nothing to train on yet",
                "Loss and accuracy will grow here while the network learns. It needs data first.",
                "Choose data",
                lambda: workspace.page_asked.emit("data"),
            )

    def showEvent(self, event: Any) -> None:
        """Draw what came while another page was in front."""
        super().showEvent(event)
        self._pull()

    @property
    def _setting_is_wrong(self) -> bool:
        problem = self.workspace.problem
        return problem is not None and problem.key.startswith(("training", "fine_tuning"))

    def _tick(self, _progress: Any) -> None:
        if self.workspace.training.state == "preparing":
            self._show_preparing()
        # Half of the plots at a time: four at once would hold up the window, and each is drawn five times a second.
        self._turn = 1 - self._turn
        self._pull(self.plots[self._turn :: 2])

    def _show_preparing(self) -> None:
        session = self.workspace.training.session
        progress = session.progress() if session is not None else None
        far = f"{count(progress.done)} of {count(progress.total)}" if progress and progress.total else ""
        done = progress.done / progress.total if progress and progress.total else None
        self.panel.show_loading(f"{progress.phase if progress else 'Starting'}…", far, done)
        self.stack.setCurrentWidget(self.panel)

    def _show_view(self, place: int) -> None:
        self.views.setCurrentIndex(place)
        self._pull()

    def _make_curves(self) -> QWidget:
        large = QSplitter(Qt.Orientation.Horizontal)
        large.setHandleWidth(12)
        large.addWidget(self.loss)
        large.addWidget(self.accuracy)
        large.addWidget(self.error)
        small = QHBoxLayout()
        small.setSpacing(12)
        for plot in (self.rate, self.speed):
            plot.setFixedHeight(132)
            small.addWidget(plot, 1)
        self.events.setFixedHeight(116)
        layout = column(large, small, self.events, spacing=12)
        layout.setStretch(0, 1)
        return holding(layout)

    def _state_changed(self) -> None:
        training = self.workspace.training
        if training.session is not None and training.session.recorder is not self._source:
            self._show_source(training.session.recorder)
            self.events.begin()
        self.refresh()

    def _run_changed(self) -> None:
        run, session = self.workspace.run, self.workspace.training.session
        live = session is not None and session.run is not None and run is not None and session.run.folder == run.folder
        if run is not None and not live:
            self._show_source(RunSeries(run))
            try:
                self.events.show_past(run)
                for event in run.events():
                    if event.kind == "stage":
                        self._mark(event.step, event.text)
            except DownslopeError as error:
                self.workspace.say_error(error)
        self._pull()
        self.refresh()

    def _show_source(self, source: SeriesSource) -> None:
        self._source = source
        self.layers.show_source(source)
        for plot in self.plots:
            plot.clear()
        result = self.workspace.run_result
        self._show_metric("val_mae" in (result.get("best") or {}))

    def _happened(self, event: Event) -> None:
        words = in_words(event)
        if words:
            self.events.add(words)
        if isinstance(event, StageStarted):
            self._mark(event.step, event.name)
        if isinstance(event, Ended):
            self._pull()
        if isinstance(event, EpochEnded) and event.val_accuracy is None:
            self._show_metric(event.val_mae is not None)
            self.accuracy.hide()

    def _show_metric(self, regression: bool) -> None:
        """Show the plot of what people measure an answer by beside the loss."""
        self.accuracy.setVisible(not regression)
        self.error.setVisible(regression)

    def _mark(self, step: int, name: str) -> None:
        if step > 0:
            for plot in (self.loss, self.accuracy, self.error):
                plot.mark(step, name)

    def _pull(self, plots: tuple[LivePlot, ...] | None = None) -> None:
        if self._source is None or not self.isVisible():
            return
        try:
            if self.views.currentWidget() is self.layers:
                self.layers.pull()
                return
            for plot in plots or self.plots:
                plot.pull(self._source)
        except DownslopeError as error:
            self._source = None
            self.workspace.say_error(error)

    def _fit(self) -> None:
        for plot in self.plots:
            plot.fit()
