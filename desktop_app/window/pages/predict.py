"""Predict: drop pictures or a table on an exported model and see its best labels."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_app.errors import DataError, DownslopeError
from desktop_app.reading.picture_files import PICTURE_SUFFIXES
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.choosing import choose_file, choose_files, choose_folder, choose_new_file
from desktop_app.window.command_palette import Command
from desktop_app.window.drop_area import DropArea
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.pages.page import Page
from desktop_app.window.pages.prediction_card import PredictionCard
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace

_PICTURES = f"Pictures ({' '.join(f'*{suffix}' for suffix in sorted(PICTURE_SUFFIXES))})"
_TABLES = "Tables (*.csv *.tsv *.parquet)"
_PLACE = "predict"
# More than this many cards cost more than they tell; the rest is in the file that can be saved.
_MOST_SHOWN = 300
_THUMBNAIL = 72


def _predict(
    model_path: Path, paths: list[Path], report: Callable[[int, int], None]
) -> tuple[Any, list[Any], list[Any]]:
    """Run on a worker's thread: the model, the predictions, and small pictures of the first of them."""
    from desktop_app.inference.onnx_session import OnnxModel
    from desktop_app.inference.prediction import predict_paths
    from desktop_app.window.thumbnails import image_of

    model = OnnxModel.open(model_path)
    predictions = list(predict_paths(model, paths, progress=report))
    shown = itertools.islice(predictions, _MOST_SHOWN)
    images = [image_of(found.input, _THUMBNAIL) if Path(found.input).is_file() else None for found in shown]
    return model, predictions, images


class PredictPage(Page):
    """Uses the exported file through ONNX Runtime, as anybody else would."""

    NAME, TITLE, ICON = "predict", "Predict", "predict"

    _progressed = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.model: Path | None = None
        self._predictions: list[Any] = []
        self._cancelled = threading.Event()
        self._progressed.connect(self._show_progress)
        self.drop = DropArea(
            "Drop pictures here",
            "Pictures, folders of pictures, or a table for a model of tables. Nothing leaves this computer.",
            button("Choose pictures…", self.choose_pictures, "picture", "main"),
            button("Choose a folder…", self.choose_folder, "folder"),
            button("Choose a table…", self.choose_table, "table"),
        )
        self.drop.dropped.connect(self.dropped)
        self._empty_model = ElidedLabel("", "muted")
        other = button("Other model…", self.choose_model, "open", "flat")
        top = row(self._empty_model, other)
        top.setStretch(0, 1)
        self._empty = holding(column(top, self.drop, spacing=8, margins=24))
        self.add_content(self._empty)
        self.title = ElidedLabel("", "heading")
        self._provider = QLabel()
        self._provider.setProperty("look", "chip")
        self._save = button("Save as table…", self.save, "save")
        self._clear = button("Clear", self.clear, "close", "flat")
        again = button("More…", self.choose_pictures, "picture", "flat")
        self._again = again
        head = row(self.title, self._provider, again, self._save, self._clear)
        head.setStretch(0, 1)
        inside = QWidget()
        self._cards = QVBoxLayout(inside)
        self._cards.setContentsMargins(0, 0, 8, 0)
        self._cards.setSpacing(8)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        self._more = label("", "muted")
        layout = column(head, self._area, self._more, spacing=12)
        layout.setContentsMargins(24, 16, 16, 16)
        self._content = holding(layout)
        self.add_content(self._content)
        workspace.export.changed.connect(self._use_exported)
        workspace.run_changed.connect(self._use_exported)
        workspace.predict_asked.connect(self.dropped)
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer what can be predicted and saved."""
        found = [
            Command("Choose pictures to predict", self.choose_pictures),
            Command("Choose another model", self.choose_model),
        ]
        return [*found, Command("Save predictions as a table", self.save)] if self._predictions else found

    @property
    def cards(self) -> list[PredictionCard]:
        """The predictions on show, the first first."""
        items = [self._cards.itemAt(place) for place in range(self._cards.count())]
        return [card for item in items if item and isinstance(card := item.widget(), PredictionCard)]

    def dropped(self, paths: list[Any]) -> bool:
        """Take a model to use, or whatever is to be predicted."""
        models = [path for path in paths if Path(path).suffix.lower() == ".onnx"]
        if models:
            self.use_model(models[0])
        rest = [Path(path) for path in paths if path not in models]
        if rest:
            self.predict(rest)
        return True

    def use_model(self, model: Path) -> None:
        """Predict with this file from now on."""
        self.model = model
        self.clear()

    def predict(self, paths: list[Path]) -> None:
        """Predict these on a thread, and show them in place of the ones before."""
        model = self.model
        if model is None:
            self.workspace.said.emit(Notice("There is no model yet: export a run, or choose an .onnx file.", "bad"))
            return
        cancelled = self._cancelled = threading.Event()

        def report(done: int, total: int) -> None:
            if cancelled.is_set():
                raise DataError("The prediction was cancelled.")
            self._progressed.emit((done, total))

        self._show_progress((0, 0))
        self.stack.setCurrentWidget(self.panel)
        self.set_state("running")
        self.workspace.background.run(_PLACE, lambda: _predict(model, paths, report), self._show, self._fail)

    def cancel(self) -> None:
        """Let go of the prediction that runs; its thread ends with its batch."""
        self._cancelled.set()
        self.workspace.background.forget(_PLACE)
        self.clear()

    def join(self) -> None:
        """Have the prediction that runs end with its batch."""
        self._cancelled.set()

    def clear(self) -> None:
        """Go back to the area to drop on."""
        self._predictions = []
        self.refresh()

    def refresh(self) -> None:
        """Show the state without predictions."""
        if self.model is None:
            self.set_state("empty")
            self.panel.show_empty(
                "predict",
                "A model comes first",
                "Export a trained network, or choose an .onnx file that was exported before.",
                "Choose a model…",
                self.choose_model,
            )
            self.stack.setCurrentWidget(self.panel)
            return
        self.set_state("ready")
        self._empty_model.setText(f"Model: {self.model.parent.name}/{self.model.name}")
        self._empty_model.setToolTip(str(self.model))
        self.stack.setCurrentWidget(self._empty)

    def choose_pictures(self) -> None:
        """Ask for pictures."""
        choose_files(self, "Choose pictures", f"{_PICTURES};;{_TABLES}", self.predict)

    def choose_folder(self) -> None:
        """Ask for a folder of pictures."""
        choose_folder(self, "Choose a folder of pictures", lambda folder: self.predict([folder]))

    def choose_table(self) -> None:
        """Ask for a table."""
        choose_file(self, "Choose a table", _TABLES, lambda file: self.predict([file]))

    def choose_model(self) -> None:
        """Ask for an exported model."""
        choose_file(self, "Choose a model", "Models (*.onnx)", self.use_model)

    def save(self) -> None:
        """Ask where to write the predictions as a table."""
        choose_new_file(self, "Save predictions", "Tables (*.csv)", ".csv", "predictions.csv", self._write)

    @Slot(object)
    def _show_progress(self, progress: tuple[int, int]) -> None:
        done, total = progress
        far = f"{count(done)} of {count(total)} done." if total else ""
        text = f"The model runs in ONNX Runtime, without PyTorch. {far}"
        self.panel.show_loading("Predicting…", text, done / total if total else None, self.cancel)

    def _use_exported(self) -> None:
        export, run = self.workspace.export, self.workspace.run
        if export.state == "ready" and self.model != export.value.onnx:
            self.use_model(export.value.onnx)
        elif export.state == "ready":
            self.clear()
        elif run is not None and run.files.onnx.is_file() and self.model != run.files.onnx:
            self.use_model(run.files.onnx)

    def _show(self, found: tuple[Any, list[Any], list[Any]]) -> None:
        model, self._predictions, images = found
        while (item := self._cards.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for prediction, image in zip(self._predictions, images, strict=False):
            self._cards.addWidget(PredictionCard(prediction, image))
        self._cards.addStretch(1)
        broken = sum(1 for prediction in self._predictions if prediction.problem)
        self.title.setText(
            count(len(self._predictions), "prediction") + (f", {count(broken)} unreadable" if broken else "")
        )
        self._provider.setText(model.provider.removesuffix("ExecutionProvider"))
        self._provider.setToolTip(f"ONNX Runtime, {model.provider}\n{model.path}")
        left = len(self._predictions) - _MOST_SHOWN
        self._more.setText(f"The first {_MOST_SHOWN} are shown; save the table for all of them." if left > 0 else "")
        self._more.setVisible(left > 0)
        self.set_state("done")
        self.stack.setCurrentWidget(self._content)

    def _fail(self, error: BaseException) -> None:
        self.set_state("attention")
        self.panel.show_error("This cannot be predicted", sentence(error), "Back", self.clear)
        self.stack.setCurrentWidget(self.panel)

    def _write(self, file: Path) -> None:
        from desktop_app.inference.prediction import write_csv

        try:
            written = write_csv(self._predictions, file)
        except DownslopeError as error:
            self.workspace.say_error(error)
            return
        self.workspace.said.emit(Notice(f"Saved {count(written, 'prediction')} as {file}."))
