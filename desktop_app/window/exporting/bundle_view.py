"""The bundle of a file: how far it is, and afterwards what is in it and how it is used."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QProgressBar, QWidget

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.exporting.bundling import Bundling
from desktop_app.window.wording import duration, size

if TYPE_CHECKING:
    from desktop_app.engine.export.bundle.writing import Bundle

_STEPS = 1000
_NO_PAGE = "There is no web page in it: onnxruntime-web was not there when Downslope was installed."
_TOLD = {
    "README.md": "how it is used, in three ways",
    "MODEL_CARD.md": "what it was trained on, how good it is, what it is not for",
    "model.onnx": "the model",
    "labels.txt": "the names of the classes",
    "labels.json": "the names of the classes, for programs",
    "requirements.txt": "what Python needs for it: ONNX Runtime and nothing heavy",
    "predict.py": "predicts from the command line",
    "check.py": "says whether a machine gives the answer that is expected for the sample",
    "cells.py": "reads tables for predict.py",
    "web": "a page that answers in the browser; README.md says how it is opened",
    "sample": "a sample with the answer that is expected",
    "triton": "the same model, laid out for a Triton server",
    "SHA256SUMS": "sums that show whether all of it is whole",
}


class BundleView(QWidget):
    """Hidden while there is no bundle; ``show_outside`` opens a folder in the system's own program."""

    def __init__(self, bundling: Bundling, again: Callable[[], object], show_outside: Callable[[Path], object]) -> None:
        super().__init__()
        self._bundling = bundling
        self._show_outside = show_outside
        self.words = label("", "heading", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumWidth(320)
        self.path = ElidedLabel("", "muted")
        self.contents = label("", "muted", wrap=True)
        self.show_folder = button("Show in folder", self._show_folder, "folder")
        self.copy_use = button("Copy how to run", self._copy_use, "copy")
        self.cancel = button("Cancel", bundling.cancel)
        self.again = button("Try again", again, "reload")
        self.close_ = button("Close", bundling.clear, "close", "flat")
        buttons = row(self.show_folder, self.copy_use, self.cancel, self.again, self.close_, None)
        inside = column(self.words, self.bar, self.path, self.contents, buttons, spacing=8, margins=16)
        self.setLayout(column(holding(inside, "card")))
        bundling.changed.connect(self.refresh)
        bundling.progressed.connect(self._show_progress)
        self.refresh()

    def refresh(self) -> None:
        """Show the state that the bundle is in."""
        state, bundling = self._bundling.state, self._bundling
        self.setVisible(state != "empty")
        ready, loading, failed = state == "ready", state == "loading", state == "failed"
        of_result: tuple[QWidget, ...] = (self.path, self.contents, self.show_folder, self.copy_use)
        for widget in of_result:
            widget.setVisible(ready)
        self.bar.setVisible(loading)
        self.cancel.setVisible(loading)
        self.again.setVisible(failed)
        self.close_.setVisible(ready or failed)
        if loading:
            self._show_progress()
        elif failed and bundling.error is not None:
            self.words.setText(f"There is no bundle. {sentence(bundling.error)}")
        elif ready:
            self._show_bundle(bundling.value)

    def _show_progress(self, _progress: object = None) -> None:
        if self._bundling.state != "loading":
            return
        progress = self._bundling.progress
        left = "" if progress.seconds_left is None else f" {duration(progress.seconds_left)} left"
        self.words.setText(f"Making the bundle: {progress.phase[:1].lower()}{progress.phase[1:]}…{left}")
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(round(_STEPS * progress.share))

    def _show_bundle(self, bundle: Bundle) -> None:
        self.words.setText("The bundle is made. Whoever gets it needs neither Downslope nor PyTorch.")
        packed = f", and as {bundle.archive.name} ({_size(bundle.archive)})" if bundle.archive.is_file() else ""
        self.path.setText(f"{bundle.folder}{packed}")
        lines = [f"•  {line}" for line in contents_of(bundle.folder)]
        self.contents.setText("\n".join(lines if bundle.page else [*lines, _NO_PAGE]))

    def _show_folder(self) -> None:
        self._show_outside(self._bundling.value.folder)

    def _copy_use(self) -> None:
        QGuiApplication.clipboard().setText(how_to_run(self._bundling.value.folder))


def contents_of(folder: Path) -> tuple[str, ...]:
    """Return what lies in a bundle, an entry each, with what it is; what is well known first."""
    names = sorted((path.name for path in folder.iterdir()), key=lambda name: (_place(name), name))
    return tuple(f"{name}: {_TOLD[name]}" if name in _TOLD else name for name in names if not name.startswith("."))


def how_to_run(folder: Path) -> str:
    """Return the lines that make an environment for a bundle and check its sample's answer."""
    windows = sys.platform == "win32"
    inside = str(folder) if windows else shlex.quote(str(folder))
    # Beside the folder: what is in it can then be handed on as it is.
    environment = r"..\venv" if windows else "../venv"
    python = rf"{environment}\Scripts\python" if windows else f"{environment}/bin/python"
    lines = [
        f'cd /d "{inside}"' if windows else f"cd {inside}",
        f"{'python' if windows else 'python3'} -m venv {environment}",
        f"{python} -m pip install -r requirements.txt",
        f"{python} check.py",
    ]
    return "\n".join(lines) + "\n"


def _place(name: str) -> int:
    known = list(_TOLD)
    return known.index(name) if name in known else len(known)


def _size(path: Path) -> str:
    return size(path.stat().st_size)
