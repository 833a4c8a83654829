"""Writes predictions as CSV or JSON and copies pictures into folders by label, behind the window."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.errors import DataError
from desktop_app.window.choosing import choose_folder, choose_new_file
from desktop_app.window.showing import show_outside
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace

if TYPE_CHECKING:
    from desktop_app.inference.prediction import Prediction
    from desktop_app.inference.sorting import Sorted

_PLACE = "predict-saving"
_LOOKED_EVERY_MS = 100


class Saving(QObject):
    """``changed``: something is being written, is further, or is written; ``busy`` says what, empty where nothing is.

    ``done`` of ``total`` pictures are copied; ``total`` is 0 where a file is written, which takes no time to speak of.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace, self._parent = workspace, parent
        self.busy = ""
        self.done = self.total = 0
        self._cancelled = threading.Event()
        self._timer = QTimer(self, interval=_LOOKED_EVERY_MS)
        self._timer.timeout.connect(self.changed)

    def ask_for_csv(self, predictions: Sequence[Prediction]) -> None:
        """Ask where to write a CSV."""
        choose_new_file(
            self._parent,
            "Save predictions",
            "Tables (*.csv)",
            ".csv",
            "predictions.csv",
            lambda file: self.write_csv(predictions, file),
        )

    def ask_for_json(self, predictions: Sequence[Prediction]) -> None:
        """Ask where to write JSON."""
        choose_new_file(
            self._parent,
            "Save predictions",
            "JSON (*.json)",
            ".json",
            "predictions.json",
            lambda file: self.write_json(predictions, file),
        )

    def ask_for_folder(self, predictions: Sequence[Prediction]) -> None:
        """Ask for the folder to copy pictures into."""
        choose_folder(
            self._parent,
            "Choose the folder to copy into: it gets one folder a label",
            lambda folder: self.copy_into(predictions, folder),
        )

    def write_csv(self, predictions: Sequence[Prediction], file: Path) -> None:
        """Write all predictions as a CSV."""

        def work() -> int:
            from desktop_app.inference.prediction import write_csv

            return write_csv(predictions, file)

        self._run(f"Writing {file.name}", work, lambda _written: self._saved(len(predictions), file))

    def write_json(self, predictions: Sequence[Prediction], file: Path) -> None:
        """Write all predictions as JSON."""

        def work() -> None:
            from desktop_app.inference.prediction import write_json

            write_json(predictions, file)

        self._run(f"Writing {file.name}", work, lambda _nothing: self._saved(len(predictions), file))

    def copy_into(self, predictions: Sequence[Prediction], folder: Path) -> None:
        """Copy each picture into a folder named after its label; those that are not sure into one of their own."""

        cancelled = self._cancelled = threading.Event()

        def counted() -> Iterator[Prediction]:
            for place, prediction in enumerate(predictions):
                if cancelled.is_set():
                    raise DataError(f"Stopped; {count(place, 'picture')} had been copied into {folder}.")
                self.done = place
                yield prediction

        def work() -> Sorted:
            from desktop_app.inference.sorting import copy_by_label

            return copy_by_label(counted(), folder)

        def done(found: Sorted) -> None:
            from desktop_app.inference.sorting import NOT_SURE

            apart = f', {count(found.unsure)} of them into "{NOT_SURE}"' if found.unsure else ""
            text = f"Copied {count(found.copied, 'picture')} into {folder}{apart}."
            if found.left_out:
                name, reason = found.left_out[0]
                text += f" {count(len(found.left_out))} left out; {Path(name).name}: {reason}."
            self._workspace.said.emit(Notice(text, "note", "Open the folder", self._opener(folder)))

        self._run(f"Copying into {folder.name}", work, done, len(predictions))

    def cancel(self) -> None:
        """End copying with the picture that is being copied; what is copied stays."""
        self._cancelled.set()

    def _saved(self, number: int, file: Path) -> None:
        text = f"Saved {count(number, 'prediction')} as {file}."
        self._workspace.said.emit(Notice(text, "note", "Open the folder", self._opener(file.parent)))

    def _opener(self, folder: Path) -> Callable[[], object]:
        return lambda: show_outside(self._workspace, folder)

    def _run(self, what: str, work: Callable[[], Any], done: Callable[[Any], None], total: int = 0) -> None:
        if self.busy:
            self._workspace.say(f"{self.busy}: let that be done first, or stop it.")
            return
        self.done, self.total = 0, total

        def arrived(result: Any) -> None:
            self._set_busy("")
            done(result)

        def failed(error: BaseException) -> None:
            self._set_busy("")
            self._workspace.say_error(error)

        self._set_busy(what)
        self._workspace.background.run(_PLACE, work, arrived, failed)

    def _set_busy(self, what: str) -> None:
        self.busy = what
        if what:
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()
