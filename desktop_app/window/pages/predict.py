"""Predict: pictures, tables, a camera or a watched folder go in; answers come out as they are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button
from desktop_app.window.command_palette import Command
from desktop_app.window.pages.page import Page
from desktop_app.window.predicting.additions import Additions
from desktop_app.window.predicting.camera_view import CameraView
from desktop_app.window.predicting.chosen_model import ChosenModel
from desktop_app.window.predicting.chosen_result import ChosenResult
from desktop_app.window.predicting.folder_watch import FolderWatch
from desktop_app.window.predicting.foreign_form import ForeignForm
from desktop_app.window.predicting.head import ProgressLine, WatchLine, menu_button
from desktop_app.window.predicting.inspector import Inspector
from desktop_app.window.predicting.results_view import ResultsView
from desktop_app.window.predicting.running import Running
from desktop_app.window.predicting.saving import Saving
from desktop_app.window.predicting.ways_in import AddMenu, WaysIn, show_camera
from desktop_app.window.rail import PageState
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace

if TYPE_CHECKING:
    from desktop_app.inference.prediction import Prediction


class PredictPage(Page):
    """Uses the exported file through ONNX Runtime, as anybody else would."""

    NAME, TITLE, ICON = "predict", "Predict", "predict"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.chosen = ChosenModel(workspace.background, self)
        self.running = Running(workspace.background, self)
        self.additions = Additions(workspace)
        self.saving = Saving(workspace, self)
        self.watch = FolderWatch(workspace.background, self)
        self._waiting: list[Path] = []
        self._filming = False
        self._exported: object = None
        self.progress = ProgressLine(self.cancel)
        self.watch_line = WatchLine(self.watch.stop)
        self.view = ResultsView(self.additions, self.progress, self.watch_line)
        self.inspector = Inspector(workspace)
        ChosenResult(self.view, self.inspector, self.additions, self.chosen)
        self.camera = CameraView(workspace)
        self.form = ForeignForm()
        self.ways = WaysIn()
        self.drop = self.ways.drop
        self.add_menu = AddMenu(self.ways)
        self.camera_button = button("Camera", self.open_camera, "camera")
        self.save_menu = menu_button(
            "Save",
            "save",
            ("As a table (CSV)…", self.save_csv),
            ("As JSON…", self.save_json),
            ("Copy into folders by label…", self.copy_into_folders),
        )
        self.clear_button = button("Clear", self.clear, "close", "flat")
        for made in (self.add_menu, self.camera_button, self.save_menu, self.clear_button):
            self.view.head.add_button(made)
        for content in (self.ways, self.view, self.camera, self.form):
            self.add_content(content)
        self.add_inspector(self.inspector)
        self._connect()
        self.refresh()

    @property
    def model(self) -> Path | None:
        """The file that predictions are made with."""
        return self.chosen.path

    @property
    def predictions(self) -> Sequence[Prediction]:
        """What was predicted so far, in the order in which it came."""
        return self.view.results.predictions

    def commands(self) -> list[Command]:
        """Offer what can be predicted and saved."""
        found = [
            Command("Choose pictures to predict", self.ways.choose_pictures),
            Command("Choose a folder of pictures to predict", self.ways.choose_folder),
            Command("Choose another model", self.ways.choose_model),
            Command("Watch a folder and predict what comes into it", self.ways.choose_watched),
        ]
        if self.camera_works:
            found.append(Command("Predict what the camera sees", self.open_camera))
        if self.predictions:
            found += [
                Command("Save predictions as CSV", self.save_csv),
                Command("Save predictions as JSON", self.save_json),
                Command("Copy the pictures into folders by label", self.copy_into_folders),
                Command("Clear the predictions", self.clear),
            ]
        return found

    def dropped(self, paths: list[Any]) -> bool:
        """Take a model to use, or whatever is to be predicted."""
        models = [path for path in paths if Path(path).suffix.lower() == ".onnx"]
        if models:
            self.use_model(Path(models[0]))
        rest = [Path(path) for path in paths if path not in models]
        if rest:
            self.predict(rest)
        return True

    def use_model(self, model: Path) -> None:
        """Predict with this file from now on."""
        self.clear()
        self.chosen.choose(model)
        if self.isVisible():
            self.chosen.open()

    def predict(self, paths: list[Path]) -> None:
        """Predict these after what is there already; answers are shown as they come."""
        if self.chosen.path is None:
            self.workspace.said.emit(Notice("There is no model yet: export a run, or choose an .onnx file.", "bad"))
            return
        self._stop_filming()
        self._waiting += paths
        if self.chosen.state == "ready":
            self._ask()
        else:
            self.chosen.open()
        self.refresh()

    def cancel(self) -> None:
        """Let go of what is still to be predicted, or to be copied; what is there stays."""
        if not self.running.active:
            self.saving.cancel()
        self._waiting.clear()
        self.running.cancel()
        self.refresh()

    def join(self) -> None:
        """Have all threads of this page end."""
        self.running.forget()
        self.saving.cancel()
        self.watch.stop()
        self.camera.join()
        self.view.join()

    def clear(self) -> None:
        """Go back to the area to drop on."""
        self._waiting.clear()
        self.running.forget()
        self.watch.stop()
        self._stop_filming()
        self.additions.forget()
        if self.chosen.model is not None:
            self.view.begin(self.chosen.model)
        self.refresh()

    def undo(self) -> bool:
        """Take the pictures that were added last out of the training data."""
        return self.additions.undo()

    def redo(self) -> bool:
        """Add again what was taken out."""
        return self.additions.redo()

    def showEvent(self, event: QShowEvent) -> None:
        """Open the model, so that what is wrong with it is said before anything is dropped."""
        super().showEvent(event)
        self.chosen.open()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the camera."""
        super().hideEvent(event)
        self._stop_filming()

    def refresh(self) -> None:
        """Show the state that the page is in."""
        model = self.chosen
        has_results = bool(self.predictions) or self.running.active or self.watch.folder is not None
        shows_results = model.state == "ready" and has_results and not self._filming
        self.show_inspector(shows_results)
        self._show_lines()
        if model.state == "none":
            self._show_panel("empty")
            self.panel.show_empty(
                "predict",
                "A model comes first",
                "Export a trained network, or choose an .onnx file: one of Downslope's, or any other classifier.",
                "Choose a model…",
                self.ways.choose_model,
            )
        elif model.state == "failed" and model.error is not None:
            self._show_panel("attention")
            text = sentence(model.error)
            self.panel.show_error("This model cannot be used", text, "Choose another model…", self.ways.choose_model)
        elif model.state == "foreign":
            self._show(self.form, "attention")
        elif model.state == "opening" and self._waiting:
            self._show_panel("running")
            self.panel.show_loading("Opening the model…", "It runs in ONNX Runtime, without PyTorch.")
        elif self._filming:
            self._show(self.camera, "running")
        elif shows_results:
            self._show(self.view, "running" if self.running.active else "done")
        else:
            self._show(self.ways, "ready")

    def watch_folder(self, folder: Path) -> None:
        """Predict whatever comes into ``folder`` from now on, the newest at the top."""
        if self.chosen.state != "ready":
            self.workspace.said.emit(Notice("There is no model yet that could say what comes into it.", "bad"))
            return
        self._stop_filming()
        self.watch.start(folder)
        self.view.head.choose_order("newest")

    @property
    def camera_works(self) -> bool:
        """Whether there is what reads cameras, and a model for pictures."""
        from desktop_app.inference.camera import is_installed

        return is_installed() and self.chosen.takes_pictures

    def open_camera(self, source: int | Path | None = None) -> None:
        """Show what a camera, or a video file, shows, with what the model says about it."""
        if self.chosen.model is None or not self.camera_works:
            return
        self._filming = True
        self.refresh()
        self.camera.start(self.chosen.model, source)

    def save_csv(self) -> None:
        """Ask where to write the predictions as CSV."""
        self.saving.ask_for_csv(list(self.predictions))

    def save_json(self) -> None:
        """Ask where to write the predictions as JSON."""
        self.saving.ask_for_json(list(self.predictions))

    def copy_into_folders(self) -> None:
        """Ask where to copy the pictures, each into a folder of its label."""
        self.saving.ask_for_folder(list(self.predictions))

    def _connect(self) -> None:
        workspace, ways = self.workspace, self.ways
        workspace.export.changed.connect(self._use_exported)
        workspace.export.repicked.connect(self._use_recommended)
        workspace.run_changed.connect(self._use_exported)
        workspace.predict_asked.connect(self.dropped)
        self.chosen.changed.connect(self._model_changed)
        self.running.arrived.connect(self._take)
        self.running.changed.connect(self.refresh)
        self.running.failed.connect(workspace.say_error)
        self.saving.changed.connect(self._show_lines)
        self.watch.arrived.connect(self.predict)
        self.watch.changed.connect(self.refresh)
        self.watch.failed.connect(workspace.say_error)
        self.camera.taken.connect(self._take_snapshot)
        self.camera.closed.connect(self._close_camera)
        self.form.described.connect(self.chosen.describe)
        self.form.other_asked.connect(self.ways.choose_model)
        ways.dropped.connect(self.dropped)
        ways.model_chosen.connect(self.use_model)
        ways.camera_asked.connect(self.open_camera)
        ways.watch_chosen.connect(self.watch_folder)

    def _use_exported(self) -> None:
        export, run = self.workspace.export, self.workspace.run
        if export.state == "ready":
            # What is predicted stays as long as the file that predicted it does.
            if export.value is not self._exported:
                self._exported = export.value
                self.use_model(export.value.onnx)
        elif run is not None and run.files.onnx.is_file() and self.model != run.files.onnx:
            self.use_model(run.files.onnx)

    def _use_recommended(self) -> None:
        """Follow another recommendation, unless that would throw predictions away."""
        export = self.workspace.export
        if export.state == "ready" and not self.predictions and self.model != export.value.onnx:
            self.use_model(export.value.onnx)

    def _model_changed(self) -> None:
        chosen = self.chosen
        if chosen.state == "ready" and chosen.model is not None:
            self.view.begin(chosen.model)
            if self._waiting:
                self._ask()
        elif chosen.state == "foreign" and chosen.path is not None and chosen.graph is not None:
            if chosen.error is None:
                self.form.show_graph(chosen.path, chosen.graph)
            else:
                self.form.show_error(sentence(chosen.error))
        self.save_menu.menu().actions()[-1].setVisible(chosen.takes_pictures)
        self.ways.show_model(chosen)
        self.add_menu.show_model(chosen)
        show_camera(self.camera_button, chosen)
        self.refresh()

    def _ask(self) -> None:
        model, paths = self.chosen.model, self._waiting
        if model is None:
            return
        self._waiting = []
        if model.input == "features":
            self._read_tables(paths)
        self.running.ask(model, paths)

    def _read_tables(self, paths: list[Path]) -> None:
        """Read what the rows hold; where a table cannot be read, its prediction says so."""

        def show(path: Path) -> Callable[[Any], None]:
            return lambda frame: self.view.show_table(str(path), frame)

        for path in paths:
            self.workspace.background.run(f"predict-table {path}", partial(_frame, path), show(path), _ignore)

    def _take(self, predictions: list[Any]) -> None:
        self.view.take(predictions)
        self._show_lines()

    def _show_lines(self) -> None:
        running, watched = self.running.active, self.watch.folder
        self.progress.setVisible(running or bool(self.saving.busy))
        self.progress.stop.setVisible(running or self.saving.total > 0)
        if running:
            self.progress.show_pace(self.running.pace, "picture" if self.chosen.takes_pictures else "row")
        elif self.saving.busy and self.saving.total:
            self.progress.show_share(self.saving.busy, self.saving.done, self.saving.total)
        elif self.saving.busy:
            self.progress.show_busy(self.saving.busy)
        self.watch_line.setVisible(watched is not None)
        if watched is not None:
            came = f"{count(self.watch.seen, 'picture')} came" if self.watch.seen else "nothing has come yet"
            self.watch_line.words.setText(f"Watching {watched}: {came}.")

    def _take_snapshot(self, file: Path) -> None:
        if self.chosen.model is not None:
            self.running.ask(self.chosen.model, [file])
            self.view.head.choose_order("newest")

    def _close_camera(self) -> None:
        self._stop_filming()
        self.refresh()

    def _stop_filming(self) -> None:
        self._filming = False
        self.camera.stop()

    def _show(self, content: QWidget, state: PageState) -> None:
        self.set_state(state)
        self.stack.setCurrentWidget(content)

    def _show_panel(self, state: PageState) -> None:
        self._show(self.panel, state)


def _frame(path: Path) -> Any:
    """Run on a thread."""
    from desktop_app.reading.tables import read_frame

    return read_frame(path)


def _ignore(_error: BaseException) -> None:
    """Do nothing about an error that is said elsewhere."""
