"""Makes a bundle of an exported file behind the window: a folder that somebody else can use at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_app.window.background import Background
from desktop_app.window.computed import Computed
from desktop_app.window.exporting.progress import Progress, Reporter

if TYPE_CHECKING:
    from desktop_app.engine.export import Exported
    from desktop_app.engine.run import Run
    from desktop_app.registry import Registry


class Bundling(Computed):
    """Ready with a ``Bundle`` of the engine; ``progressed`` carries a ``Progress`` on the window's thread."""

    progressed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__("bundle", background, parent)
        self.progress = Progress("Starting")
        self._report: Reporter | None = None
        self.progressed.connect(self._keep)

    def start(self, run: Run, exported: Exported, into: Path, registry: Registry) -> None:
        """Write a bundle into a new folder below ``into``."""
        report = self._report = Reporter(self.progressed.emit, "The bundle was cancelled.")
        self.progress = Progress("Starting")

        def work() -> Any:
            from desktop_app.engine.export.bundle.writing import write_bundle

            folder = free_name(into, f"{run.folder.name}-{exported.variant}")
            return write_bundle(run, exported, folder, registry, report)

        self.ask(work)

    def cancel(self) -> None:
        """Let go of the bundle that is being made."""
        self.end()
        self.clear()

    def end(self) -> None:
        """Have the bundle that is being made end, without waiting for it."""
        if self._report is not None:
            self._report.cancel()

    def _keep(self, progress: Progress) -> None:
        self.progress = progress


def free_name(into: Path, name: str) -> Path:
    """Return a path below ``into`` at which there is neither a folder nor a ZIP: ``name``, or with a number behind."""
    number = 1
    path = into / name
    while path.exists() or path.with_name(f"{path.name}.zip").exists():
        number += 1
        path = into / f"{name}-{number}"
    return path
