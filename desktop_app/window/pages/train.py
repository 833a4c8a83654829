"""Train: the curves while they grow, the numbers that matter, and the controls; afterwards, the last run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QStackedWidget

from desktop_app.engine.events import Ended, Event
from desktop_app.engine.insight.finding import Exhibit
from desktop_app.errors import DownslopeError
from desktop_app.folders import user_folders
from desktop_app.window.building_blocks import column, holding
from desktop_app.window.command_palette import Command
from desktop_app.window.pages.page import Page
from desktop_app.window.plots.arriving_series import ArrivingSeries
from desktop_app.window.plots.run_series import RunSeries
from desktop_app.window.plots.series_buffer import SeriesSource
from desktop_app.window.train.boundaries import Boundaries
from desktop_app.window.train.boundary_view import BoundaryView
from desktop_app.window.train.comparison import Comparison
from desktop_app.window.train.curves_view import CurvesView
from desktop_app.window.train.event_line import in_words
from desktop_app.window.train.findings_panel import FindingsPanel
from desktop_app.window.train.layers_view import LayersView
from desktop_app.window.train.queue_panel import QueuePanel
from desktop_app.window.train.run_chooser import RunChooser
from desktop_app.window.train.run_panel import RunPanel
from desktop_app.window.train.tool_row import ToolRow
from desktop_app.window.train.training_form import TrainingForm
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace


class TrainPage(Page):
    """Plots pull from the recorder at each tick, and only while this page is in front."""

    NAME, TITLE, ICON = "train", "Train", "train"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.comparison = Comparison(workspace.background, self)
        self.curves = CurvesView(self.comparison)
        self.events = self.curves.events
        self._source: SeriesSource | None = None
        self.layers = LayersView(workspace)
        self.views = QStackedWidget()
        self.views.addWidget(self.curves)
        self.views.addWidget(self.layers)
        self.boundary = BoundaryView()
        self.boundaries = Boundaries(workspace, self.boundary)
        self.boundaries.presence_changed.connect(self._show_boundary)
        self.views.addWidget(self.boundary)
        self.tools = ToolRow(("Curves", "Layers", "Boundary"), self.curves.plots)
        self.tools.segments.buttons[2].hide()
        self._chooser = RunChooser(self, workspace.background)
        self._content = holding(column(self.tools, self.views, spacing=8, margins=12))
        self.add_content(self._content)
        self.run_panel = RunPanel(workspace)
        self.findings = FindingsPanel(workspace)
        self.queue = QueuePanel(workspace)
        self.form = TrainingForm(workspace)
        self.add_inspector(self.run_panel, self.findings, self.queue, self.form)
        self._connect_tools()
        self.findings.changed.connect(self.refresh)
        workspace.training.state_changed.connect(self._state_changed)
        workspace.training.happened.connect(self._happened)
        workspace.training.ticked.connect(self._tick)
        workspace.run_changed.connect(self._run_changed)
        workspace.data.changed.connect(self.refresh)
        workspace.checked.connect(self.refresh)
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer what can be done with the training now."""
        return [
            *self.run_panel.controls.commands(),
            Command("Fit all plots", self.curves.fit),
            Command("Compare with other runs", self._choose_runs),
        ]

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

    def show_problem(self, key: str, sentence: str) -> bool:
        """Say what is wrong beside the field."""
        return self.form.show_problem(key, sentence)

    def join(self) -> None:
        """Read no further, and give up the export of a snapshot that may be on its way."""
        self.comparison.end()
        self.run_panel.controls.trial.cancel()

    def refresh(self) -> None:
        """Show the state that the training is in."""
        workspace, training = self.workspace, self.workspace.training
        if training.state == "preparing":
            self._show_preparing()
            self.set_state("running")
            return
        if training.active or workspace.run is not None:
            self.stack.setCurrentWidget(self._content)
            wrong = self.findings.has_errors or workspace.run_status == "failed" or self._setting_is_wrong
            if training.active:
                wrong = self.findings.has_errors
            self.set_state("attention" if wrong else "running" if training.active else "done")
            return
        self.stack.setCurrentWidget(self.panel)
        if training.state == "failed" and training.session and workspace.trained_values == workspace.draft.values:
            outcome = training.session.wait(0)
            self.set_state("attention")
            # One that had begun has a run to show, unless somebody deleted it.
            title = "The training could not begin" if training.session.run is None else "The training has failed"
            self.panel.show_error(title, outcome.reason if outcome else "", "Try again", workspace.start_training)
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
        self._pull(everything=True)

    @property
    def _setting_is_wrong(self) -> bool:
        problem = self.workspace.problem
        return problem is not None and problem.key.startswith(("training", "fine_tuning"))

    def _connect_tools(self) -> None:
        self.tools.segments.chosen.connect(self._show_view)
        self.tools.strength_changed.connect(self.curves.set_strength)
        self.tools.log_changed.connect(self.curves.set_log)
        self.tools.by_epoch_changed.connect(self.curves.set_by_epoch)
        self.tools.fit_asked.connect(self.curves.fit)
        self.tools.compare_asked.connect(self._choose_runs)
        self._chooser.chosen.connect(self._compare)
        self.curves.failed.connect(self._say_wrong)
        self.comparison.failed.connect(self._say_wrong)
        self.findings.evidence_asked.connect(self._show_evidence)

    def _tick(self, _progress: Any) -> None:
        if self.workspace.training.state == "preparing":
            self._show_preparing()
        run = self.workspace.training.session.run if self.workspace.training.session else None
        if run is not None:
            self.comparison.rename_first(run.folder.name, str(run.folder))
        self._pull()

    def _show_preparing(self) -> None:
        session = self.workspace.training.session
        progress = session.progress() if session is not None else None
        far = f"{count(progress.done)} of {count(progress.total)}" if progress and progress.total else ""
        done = progress.done / progress.total if progress and progress.total else None
        self.panel.show_loading(f"{progress.phase if progress else 'Starting'}…", far, done)
        self.stack.setCurrentWidget(self.panel)

    def _show_view(self, place: int) -> None:
        self.views.setCurrentIndex(place)
        self.tools.show_tools(place == 0)
        self._pull(everything=True)

    def _show_evidence(self, exhibit: Exhibit) -> None:
        """Bring what shows a finding to the front: a layer's numbers in the layers, everything else in the curves."""
        of_layers = [name.partition("/") for name in exhibit.series if "/" in name]
        self.tools.segments.choose(1 if of_layers else 0)
        if of_layers:
            self.layers.show_layer(of_layers[0][0], of_layers[0][2])
        else:
            self.curves.show_exhibit(exhibit)

    def _choose_runs(self) -> None:
        first = self.comparison.runs[0].key if self.comparison.runs else ""
        taken = [Path(run.key) for run in self.comparison.others]
        self._chooser.open_below(self.tools.compare, user_folders().runs, taken, Path(first) if first else None)

    def _compare(self, folder: Path, wanted: bool) -> None:
        if wanted:
            self.comparison.add(folder)
        else:
            self.comparison.remove_folder(folder)

    def _say_wrong(self, text: str) -> None:
        self.workspace.said.emit(Notice(text, "bad"))

    def _show_boundary(self, present: bool) -> None:
        """Offer the boundary of a network with two inputs; of any other there is none."""
        segments = self.tools.segments
        segments.buttons[2].setVisible(present)
        if not present and segments.place == 2:
            segments.choose(0)

    def _state_changed(self) -> None:
        training = self.workspace.training
        if training.session is not None and training.session.recorder is not self._source:
            self._show_source(training.session.recorder, "this training", "")
            self.layers.show_source(training.session.recorder)
            self.events.begin()
        self.refresh()

    def _run_changed(self) -> None:
        run, session = self.workspace.run, self.workspace.training.session
        live = session is not None and session.run is not None and run is not None and session.run.folder == run.folder
        # Another run may have been on show meanwhile; this one is read from its folder then, as any that is over.
        live = live and session is not None and self._source is session.recorder
        if run is not None and not live:
            self._show_source(ArrivingSeries(run, self.workspace.background), run.folder.name, str(run.folder))
            # Short series, and a look at all of them at once: these are read when they are asked for.
            self.layers.show_source(RunSeries(run))
            try:
                self.events.show_past(run)
            except DownslopeError as error:
                self.workspace.say_error(error)
        elif live:
            self.comparison.look_at_facts_again()
        self._pull(everything=True)
        self.refresh()

    def _show_source(self, source: SeriesSource, name: str, key: str) -> None:
        self._source = source
        self.comparison.show_first(source, name, key)
        self.curves.fit()

    def _happened(self, event: Event) -> None:
        words = in_words(event)
        if words:
            self.events.add(words, getattr(event, "step", None))
        if isinstance(event, Ended):
            self._pull(everything=True)

    def _pull(self, *, everything: bool = False) -> None:
        if self._source is None or not self.isVisible():
            return
        try:
            if self.views.currentWidget() is self.layers:
                self.layers.pull()
            elif self.views.currentWidget() is self.boundary:
                self.boundaries.pull()
            else:
                self.curves.pull(all_plots=everything)
        except DownslopeError as error:
            self._source = None
            self.workspace.say_error(error)
