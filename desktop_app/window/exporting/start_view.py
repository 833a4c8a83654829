"""Before an export: what will be written, how it may be made otherwise, and the two ways to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.exporting.card_words import options_in_words
from desktop_app.window.exporting.exporting import Exporting
from desktop_app.window.exporting.loss_slider import LossSlider
from desktop_app.window.exporting.options_form import OptionsForm
from desktop_app.window.wording import figure, share

if TYPE_CHECKING:
    from desktop_app.engine.run import Run

_ALWAYS = (
    "Each file is run beside the trained network on the validation samples; one that does not give the same answers "
    "is not kept.",
    "Runs with ONNX Runtime alone: Downslope and PyTorch are not needed.",
    "One self-contained file; the names of the classes travel in its metadata.",
)
_THREE = (
    "float32, float16 and int8 are written, measured and compared, and the smallest that is good enough is recommended."
)


class StartView(QScrollArea):
    """``begun`` carries whether float32 alone is wanted; ``left`` asks for what was exported before."""

    begun = Signal(bool)
    left = Signal()

    def __init__(self, exporting: Exporting) -> None:
        super().__init__()
        self._exporting = exporting
        self._pictures = self._classes = True
        self.title = ElidedLabel("", "title")
        self.back = button("Back to what was exported", self.left.emit, "return", "flat")
        self.sentence = label("", "heading", wrap=True)
        self.facts = label("", "muted", wrap=True)
        self.loss = LossSlider("The file that is recommended may lose at most", exporting.most_lost)
        self.loss.chosen.connect(exporting.allow_loss)
        self.options = OptionsForm()
        self.options.changed.connect(self._take_options)
        self.export = button("Export", lambda: self.begun.emit(False), "export", "main")
        self.float32 = button("float32 only", lambda: self.begun.emit(True))
        self.float32.setToolTip("One file with the weights as they were trained; much quicker")
        buttons = row(self.export, self.float32, None)
        card = holding(
            column(
                self.sentence,
                label(_THREE, "", wrap=True),
                self.facts,
                row(self.loss, None),
                self.options,
                buttons,
                spacing=12,
                margins=16,
            ),
            "card",
        )
        head = row(self.title, self.back)
        head.setStretch(0, 1)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(card)
        layout.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        self.setAccessibleName("What is exported")

    def show_run(self, run: Run, result: dict[str, Any], *, can_begin: bool, has_files: bool) -> None:
        """Show what an export of ``run`` would write; ``has_files`` where one can go back to those."""
        task = run.task
        self._pictures, self._classes = task.input.kind == "pictures", task.is_classification
        self.title.setText(run.folder.name)
        self.title.setToolTip(str(run.folder))
        self.back.setVisible(has_files)
        best = result.get("best") or {}
        accuracy = best.get("val_accuracy")
        quality = f"accuracy {share(accuracy)}" if accuracy is not None else f"loss {figure(best.get('val_loss'))}"
        self.sentence.setText(f"The best epoch is exported: epoch {best.get('epoch', '–')}, validation {quality}.")
        self.loss.show_loss(self._exporting.most_lost)
        self.options.show_for(pictures=self._pictures, classes=self._classes)
        self._take_options()
        for each in (self.export, self.float32):
            each.setEnabled(can_begin)

    def _take_options(self) -> None:
        options = self._exporting.options = self.options.options
        told = options_in_words(options, pictures=self._pictures, classes=self._classes)
        self.facts.setText("\n".join(f"•  {fact}" for fact in (*told, *_ALWAYS)))
