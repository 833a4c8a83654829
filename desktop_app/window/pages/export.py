"""Export: the model as an ONNX file, with the proof that it gives the same answers."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QGridLayout

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import Figure, button, column, holding, label, restyle, row
from desktop_app.window.command_palette import Command
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.pages.page import Page
from desktop_app.window.wording import count, figure, share, size
from desktop_app.window.workspace import Workspace

_FACTS = (
    "Runs with ONNX Runtime alone: Downslope and PyTorch are not needed.",
    "Pre-processing and softmax are inside: it takes raw pixels or table values.",
    "One self-contained file; the names of the classes travel in its metadata.",
)


class ExportPage(Page):
    """Before: what will be written. After: the file, its size and its parity with the trained network."""

    NAME, TITLE, ICON = "export", "Export", "export"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._title = ElidedLabel("", "title")
        self._sentence = label("", "muted", wrap=True)
        self.export = button("Export as ONNX", workspace.export_run, "export", "main")
        self._before = holding(
            column(
                self._sentence,
                *(label("•  " + fact, "muted", True) for fact in _FACTS),
                row(self.export, None),
                spacing=12,
                margins=16,
            ),
            "card",
        )
        self.verdict = label("", "heading", wrap=True)
        self.path = ElidedLabel("", "muted")
        names = ("size", "samples compared", "same label", "largest difference", "accuracy, PyTorch", "accuracy, ONNX")
        self.figures = {name: Figure(name, flat=True) for name in names}
        grid = QGridLayout()
        grid.setSpacing(12)
        for place, made in enumerate(self.figures.values()):
            grid.addWidget(made, place // 3, place % 3)
        buttons = row(
            button("Predict with it", lambda: workspace.page_asked.emit("predict"), "predict", "main"),
            button("Show in folder", self._show_folder, "folder"),
            button("Copy path", self._copy_path),
            button("Export again", workspace.export_run, "reload", "flat"),
            None,
        )
        self._after = holding(column(self.verdict, self.path, grid, buttons, spacing=12, margins=16), "card")
        layout = column(self._title, self._before, self._after, None, spacing=12)
        layout.setContentsMargins(24, 16, 24, 16)
        content = holding(layout)
        self._content = content
        self.add_content(content)
        workspace.run_changed.connect(self.refresh)
        workspace.export.changed.connect(self.refresh)
        workspace.export_progressed.connect(self._show_progress)
        workspace.training.state_changed.connect(self.refresh)
        workspace.shelf.changed.connect(self.refresh)
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer the export where there is a run."""
        return [Command("Export as ONNX", self.workspace.export_run)] if self.workspace.run is not None else []

    def refresh(self) -> None:
        """Show the state that the export is in."""
        workspace = self.workspace
        export, run = workspace.export, workspace.run
        if run is None:
            self.set_state("empty")
            busy = workspace.training.active
            self.panel.show_empty(
                "export",
                "Nothing to export yet",
                "The training is still running; its best model can be exported when it ends."
                if busy
                else "A trained network can be written as one ONNX file here, and is compared with the original.",
                "See the training" if busy else "Go to training",
                lambda: workspace.page_asked.emit("train"),
            )
            self.stack.setCurrentWidget(self.panel)
        elif export.state == "loading":
            self.set_state("running")
            self._show_progress(("Starting", 0.0))
            self.stack.setCurrentWidget(self.panel)
        elif export.state == "failed":
            self.set_state("attention")
            text = sentence(export.error) if export.error else ""
            self.panel.show_error("The model could not be exported", text, "Try again", workspace.export_run)
            self.stack.setCurrentWidget(self.panel)
        else:
            self._show_run(run)
            self.stack.setCurrentWidget(self._content)

    @Slot(object)
    def _show_progress(self, progress: tuple[str, float]) -> None:
        if self.workspace.export.state != "loading":
            return
        phase, done = progress
        text = "The file is run beside the trained network on the validation samples, and their answers are compared."
        self.panel.show_loading(f"{phase}…", text, done, self.workspace.cancel_export)

    def _show_run(self, run: Any) -> None:
        export = self.workspace.export
        done = export.state == "ready"
        self._title.setText(run.folder.name)
        self._title.setToolTip(str(run.folder))
        self._before.setVisible(not done)
        self._after.setVisible(done)
        if done:
            self.set_state("done" if export.value.parity.passed else "attention")
            self._show_report(export.value)
            return
        self.set_state("ready")
        best = self.workspace.run_result.get("best") or {}
        accuracy = best.get("val_accuracy")
        quality = f"accuracy {share(accuracy)}" if accuracy is not None else f"loss {figure(best.get('val_loss'))}"
        self._sentence.setText(f"The best epoch is exported: epoch {best.get('epoch', '–')}, validation {quality}.")
        self.export.setEnabled(self.workspace.shelf.registry is not None and not self.workspace.training.active)

    def _show_report(self, report: Any) -> None:
        parity = report.parity
        passed = "The exported model gives the same answers as the trained network."
        missed = "The exported model does not give the same answers; do not use it before you know why."
        self.verdict.setText(passed if parity.passed else missed)
        restyle(self.verdict, "tone", "good" if parity.passed else "bad")
        self.path.setText(str(report.onnx))
        regression = parity.accuracy_torch is None
        shown = {
            "size": size(report.onnx.stat().st_size),
            "samples compared": count(parity.samples),
            "same label": "–" if regression else share(parity.top1_agreement),
            "largest difference": figure(parity.max_abs_diff),
            "accuracy, PyTorch": share(parity.accuracy_torch),
            "accuracy, ONNX": share(parity.accuracy_onnx),
        }
        for name, text in shown.items():
            self.figures[name].show_value(text)

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.workspace.export.value.onnx.parent)))

    def _copy_path(self) -> None:
        QGuiApplication.clipboard().setText(str(self.workspace.export.value.onnx))
