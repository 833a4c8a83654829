"""Export: the model as ONNX files, with the proof that they give the same answers, and as a bundle for others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication

from desktop_app.errors import DownslopeError
from desktop_app.window.background import sentence
from desktop_app.window.choosing import choose_folder
from desktop_app.window.command_palette import Command
from desktop_app.window.exporting.bundle_view import BundleView
from desktop_app.window.exporting.bundling import Bundling
from desktop_app.window.exporting.differing_strip import PICTURE_PIXELS
from desktop_app.window.exporting.failed_view import FailedView
from desktop_app.window.exporting.progress import Progress
from desktop_app.window.exporting.results_view import ResultsView
from desktop_app.window.exporting.sample_pictures import SamplePictures
from desktop_app.window.exporting.start_view import StartView
from desktop_app.window.pages.page import Page
from desktop_app.window.showing import show_outside
from desktop_app.window.wording import duration
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.engine.run import Run


class ExportPage(Page):
    """Before: what will be written. After: each file with its size, accuracy, latency and parity card."""

    NAME, TITLE, ICON = "export", "Export", "export"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._changing = False
        self._bundle_folder = Path.home()
        self.bundling = Bundling(workspace.background, self)
        self.pictures = SamplePictures(workspace.background, self)
        self.start = StartView(workspace.export)
        bundle = BundleView(self.bundling, self._bundle_again, lambda path: show_outside(workspace, path))
        self.results = ResultsView(workspace.export, bundle)
        self.failed = FailedView(self._try_again, self._change)
        for view in (self.start, self.results, self.failed):
            self.add_content(view)
        self._only_float32 = False
        self._connect()
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer what can be done with the run and the chosen file."""
        if self.workspace.run is None or self.workspace.export.state == "loading":
            return []
        found = [
            Command("Export all variants", lambda: self._begin(False)),
            Command("Export float32 only", lambda: self._begin(True)),
        ]
        if self.stack.currentWidget() is self.results and self.results.exported is not None:
            found += [
                Command("Make a bundle…", self.make_bundle),
                Command("Predict with the chosen file", self._predict),
                Command("Copy the path of the chosen file", self._copy_path),
            ]
        return found

    def join(self) -> None:
        """Have a bundle that is being made end with its step."""
        self.bundling.end()

    def make_bundle(self) -> None:
        """Ask for a folder, and make a bundle of the chosen file in it."""
        choose_folder(self, "Choose where the bundle goes", self.bundle_into)

    def bundle_into(self, folder: Path) -> None:
        """Make a bundle of the chosen file in a new folder below ``folder``."""
        run, registry, exported = self.workspace.run, self.workspace.shelf.registry, self.results.exported
        if run is not None and registry is not None and exported is not None:
            self._bundle_folder = folder
            self.bundling.start(run, exported, folder, registry)
            self.results.ensureWidgetVisible(self.results.bundle_view)

    @Slot()
    def refresh(self) -> None:
        """Show the state that the export is in."""
        workspace = self.workspace
        export, run = workspace.export, workspace.run
        if run is None:
            self._show_nothing(workspace.training.active)
        elif not self._prepare(run):
            return
        elif export.state == "loading":
            self._changing = False
            self.set_state("running")
            self._show_progress(export.progress)
            self.stack.setCurrentWidget(self.panel)
        elif export.state == "failed":
            self._show_failure(export.error)
        elif export.state == "ready" and not self._changing:
            self.set_state("attention" if export.value.is_outdated else "done")
            self.results.show_exports(export.value, run)
            self.stack.setCurrentWidget(self.results)
        else:
            self.set_state("ready" if export.state == "empty" else self.state)
            self.stack.setCurrentWidget(self.start)

    def _prepare(self, run: Run) -> bool:
        """Show what an export would write: the main button may begin one from any view; returns whether it could."""
        workspace = self.workspace
        can_begin = workspace.shelf.registry is not None and not workspace.training.active
        has_files = workspace.export.state == "ready"
        try:
            self.start.show_run(run, workspace.run_result, can_begin=can_begin, has_files=has_files)
        except DownslopeError as error:
            self.set_state("attention")
            self.panel.show_error("The run cannot be exported", str(error))
            self.stack.setCurrentWidget(self.panel)
            return False
        return True

    def _connect(self) -> None:
        workspace, results = self.workspace, self.results
        workspace.run_changed.connect(self._run_changed)
        workspace.export.changed.connect(self.refresh)
        workspace.export.progressed.connect(self._show_progress)
        workspace.export.repicked.connect(self._repick)
        workspace.training.state_changed.connect(self.refresh)
        workspace.shelf.changed.connect(self.refresh)
        self.pictures.changed.connect(self._show_pictures)
        self.start.begun.connect(self._begin)
        self.start.left.connect(self._leave)
        results.again.connect(self._change)
        results.predict.connect(self._predict)
        results.bundle.connect(self.make_bundle)
        results.show_folder.connect(self._show_folder)
        results.copy_path.connect(self._copy_path)
        results.row_chosen.connect(self._look_at_pictures)

    def _show_nothing(self, busy: bool) -> None:
        self.set_state("empty")
        self.panel.show_empty(
            "export",
            "Nothing to export yet",
            "The training is still running; its best model can be exported when it ends."
            if busy
            else "A trained network can be written as ONNX files here, and each is compared with the original.",
            "See the training" if busy else "Go to training",
            lambda: self.workspace.page_asked.emit("train"),
        )
        self.stack.setCurrentWidget(self.panel)

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        if self.workspace.export.state != "loading":
            return
        left = "" if progress.seconds_left is None else f" {duration(progress.seconds_left)} left."
        text = f"Each file is run beside the trained network, and their answers are compared.{left}"
        self.panel.show_loading(f"{progress.phase}…", text, progress.share, self.workspace.export.cancel)

    def _show_failure(self, error: BaseException | None) -> None:
        self.set_state("attention")
        card = getattr(error, "card", None)
        if card is None:
            text = sentence(error) if error is not None else ""
            self.panel.show_error("The model could not be exported", text, "Try again", self._try_again)
            self.stack.setCurrentWidget(self.panel)
            return
        self.failed.show_failure(card)
        self.stack.setCurrentWidget(self.failed)
        self.pictures.look(self.workspace.run, self.workspace.shelf.registry, card, PICTURE_PIXELS)

    @Slot()
    def _run_changed(self) -> None:
        self._changing = False
        if self.bundling.state != "empty":
            self.bundling.cancel()
        self.refresh()

    @Slot()
    def _repick(self) -> None:
        export = self.workspace.export
        if export.state == "ready" and self.stack.currentWidget() is self.results:
            self.results.show_loss(export.value)

    @Slot()
    def _look_at_pictures(self) -> None:
        row = self.results.row
        if row is not None:
            workspace = self.workspace
            self.pictures.look(workspace.run, workspace.shelf.registry, row.card, PICTURE_PIXELS)

    @Slot()
    def _show_pictures(self) -> None:
        images: list[Any] = self.pictures.value if self.pictures.state == "ready" else []
        shown = self.stack.currentWidget()
        if shown is self.failed:
            self.failed.card.strip.show_pictures(images)
        else:
            self.results.show_pictures(images)

    @Slot(bool)
    def _begin(self, only_float32: bool) -> None:
        self._only_float32 = only_float32
        self.workspace.export_run(only_float32=only_float32)

    def _try_again(self) -> None:
        self._begin(self._only_float32)

    @Slot()
    def _change(self) -> None:
        """Show the options again; what was exported can be gone back to."""
        self._changing = True
        if self.workspace.export.state == "failed":
            self.workspace.export.show_run(self.workspace.run)
        self.refresh()

    @Slot()
    def _leave(self) -> None:
        self._changing = False
        self.refresh()

    @Slot()
    def _predict(self) -> None:
        exported = self.results.exported
        if exported is not None:
            self.workspace.page_asked.emit("predict")
            self.workspace.predict_asked.emit([exported.onnx])

    def _bundle_again(self) -> None:
        self.bundle_into(self._bundle_folder)

    @Slot()
    def _show_folder(self) -> None:
        if self.results.exported is not None:
            show_outside(self.workspace, self.results.exported.onnx.parent)

    @Slot()
    def _copy_path(self) -> None:
        if self.results.exported is not None:
            QGuiApplication.clipboard().setText(str(self.results.exported.onnx))
