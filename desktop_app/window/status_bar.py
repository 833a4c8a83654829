"""The status bar: what runs, how far it is, how fast, how long still, and the memory it takes."""

from __future__ import annotations

import os
from typing import Any

import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QProgressBar

from desktop_app.engine.networks.fetching import DOWNLOADING
from desktop_app.window.building_blocks import label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.wording import count, duration, size
from desktop_app.window.workspace import Workspace

_MEMORY_MS = 2000
_STEPS = 1000


class StatusBar(QFrame):
    """One line at the bottom of the window."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setProperty("look", "status")
        self._workspace = workspace
        self._process = psutil.Process(os.getpid())
        self._text = ElidedLabel("", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(200)
        self._rate = label("", "muted")
        self._left = label("", "muted")
        self._memory = label("", "muted")
        layout = row(self._text, self._bar, None, self._rate, self._left, self._memory, spacing=16)
        layout.setContentsMargins(16, 6, 16, 6)
        self.setLayout(layout)
        self.setFixedHeight(32)
        workspace.training.ticked.connect(self.show_progress)
        workspace.export.progressed.connect(self._show_export)
        for signal in (
            workspace.training.state_changed,
            workspace.data.changed,
            workspace.network.changed,
            workspace.export.changed,
            workspace.shelf.changed,
            workspace.run_changed,
            workspace.warming.changed,
        ):
            signal.connect(self.refresh)
        self._timer = QTimer(self, interval=_MEMORY_MS)
        self._timer.timeout.connect(self._show_memory)
        self._timer.start()
        self.refresh()
        self._show_memory()

    @property
    def text(self) -> str:
        """What the bar says that runs."""
        return self._text.text()

    def refresh(self) -> None:
        """Show what goes on when no training does."""
        if self._workspace.training.active:
            return
        busy = self._what_is_busy()
        self._text.setText(busy or self._warming() or self._last_result())
        self._bar.setVisible(bool(busy))
        self._bar.setRange(0, 0 if busy else 1)
        self._rate.setText("")
        self._left.setText("")

    def show_progress(self, progress: Any) -> None:
        """Show a training's progress."""
        if not self._workspace.training.active:
            self.refresh()
            return
        state = self._workspace.training.state
        words = [progress.phase or "Preparing"]
        if progress.epochs:
            words.append(f"epoch {progress.epoch} of {progress.epochs}")
        elif progress.total and progress.phase == DOWNLOADING:
            words.append(f"{size(progress.done)} of {size(progress.total)}")
        elif progress.total:
            words.append(f"{count(progress.done)} of {count(progress.total)}")
        if state == "paused":
            words.insert(0, "Paused")
        self._text.setText("  ·  ".join(words))
        done, total = (progress.step, progress.steps) if progress.steps else (progress.done, progress.total)
        self._bar.setVisible(True)
        self._bar.setRange(0, _STEPS if total else 0)
        if total:
            self._bar.setValue(round(_STEPS * min(done / total, 1.0)))
        running = state != "paused" and progress.samples_per_second
        self._rate.setText(f"{count(round(progress.samples_per_second))} samples/s" if running else "")
        self._left.setText("" if progress.seconds_left is None else f"{duration(progress.seconds_left)} left")

    def _show_export(self, progress: Any) -> None:
        if self._workspace.export.state == "loading" and not self._workspace.training.active:
            self.refresh()
            self._bar.setRange(0, _STEPS)
            self._bar.setValue(round(_STEPS * min(progress.share, 1.0)))
            self._left.setText("" if progress.seconds_left is None else f"{duration(progress.seconds_left)} left")

    def _what_is_busy(self) -> str:
        if self._workspace.export.state == "loading":
            return f"Exporting  ·  {self._workspace.export.progress.phase}"
        if self._workspace.shelf.loading:
            there = self._workspace.shelf.registry is not None
            return "Bringing the plugins up to date" if there else "Loading PyTorch and the plugins"
        if self._workspace.data.state == "loading" and self._workspace.shelf.registry is not None:
            return "Reading the data"
        return "Building the network" if self._workspace.network.state == "loading" else ""

    def _warming(self) -> str:
        """Return how far the features are that are computed meanwhile; in words alone, for nobody waits for them."""
        warming = self._workspace.warming
        return f"Preparing features {count(warming.done)} of {count(warming.total)}" if warming.total else ""

    def _last_result(self) -> str:
        run = self._workspace.run
        return f"{run.folder.name} {self._workspace.run_status}" if run is not None else "Ready"

    def _show_memory(self) -> None:
        self._memory.setText(size(self._process.memory_info().rss))
        self._memory.setToolTip("Memory that Downslope takes")
