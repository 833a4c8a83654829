"""Exports the run on show behind the window: all variants or float32 alone, with progress, and given up on demand."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QObject, Signal

from desktop_app.window.background import Background
from desktop_app.window.computed import Computed
from desktop_app.window.exporting.progress import Progress, Reporter

if TYPE_CHECKING:
    from desktop_app.engine.export import ExportOptions
    from desktop_app.engine.run import Run
    from desktop_app.registry import Registry
    from desktop_app.window.exporting.exports import Exports


class Exporting(Computed):
    """Ready with an ``Exports`` where the run on show has files; failed with an error that may carry a parity card.

    ``progressed`` carries a ``Progress`` on the window's thread; ``repicked`` tells that another loss is allowed.
    """

    MOST_LOST: ClassVar[float] = 0.01

    progressed = Signal(object)
    repicked = Signal()

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__("export", background, parent)
        self.most_lost = self.MOST_LOST
        self.options: ExportOptions | None = None
        self.progress = Progress("Starting")
        self._run: Run | None = None
        self._report: Reporter | None = None
        # An export that was given up may still be in its last step: two never write at once.
        self._alone = threading.Lock()
        self.progressed.connect(self._keep)

    def show_run(self, run: Run | None) -> None:
        """Show what was exported from a run earlier; nothing where there is no run."""
        self.end()
        self._run = run
        found = _earlier(run, self.most_lost) if run is not None else None
        if found is not None:
            self.give(found)
        else:
            self.clear()

    def start(self, run: Run, registry: Registry, *, only_float32: bool = False) -> None:
        """Export ``run`` on a thread, with the options and the allowed loss as they are now."""
        if self.state == "loading":
            return
        self._run = run
        report = self._report = Reporter(self.progressed.emit, "The export was cancelled.")
        options, most_lost, alone = self.options, self.most_lost, self._alone
        self.progress = Progress("Starting")

        def work() -> Exports | None:
            with alone:
                report("Starting", 0.0)
                return _export(run, registry, report, options, most_lost, only_float32=only_float32)

        self.ask(work)

    def cancel(self) -> None:
        """Let go of the export that runs; its thread ends at the next thing it reports."""
        self.show_run(self._run)

    def end(self) -> None:
        """Have the export that runs end, without waiting for it."""
        if self._report is not None:
            self._report.cancel()

    def allow_loss(self, most_lost: float) -> None:
        """Recommend the smallest file that loses at most this share of accuracy."""
        if most_lost == self.most_lost:
            return
        self.most_lost = most_lost
        if self.state == "ready":
            self.value = self.value.losing(most_lost)
        self.repicked.emit()

    def _keep(self, progress: Progress) -> None:
        self.progress = progress


def _export(run: Any, registry: Any, report: Any, options: Any, most_lost: float, *, only_float32: bool) -> Any:
    """Run on the worker's thread; these modules import torch."""
    from desktop_app.window.exporting.exports import exports_now

    if only_float32:
        from desktop_app.engine.export.exporting import export_run

        export_run(run, None, registry, report, options)
        return exports_now(run, most_lost)
    from desktop_app.engine.export.smaller.variants import export_variants

    made = export_variants(run, None, registry, report, options, most_lost)
    return exports_now(run, most_lost, made.refused)


def _earlier(run: Run, most_lost: float) -> Exports | None:
    from desktop_app.window.exporting.exports import exports_now

    return exports_now(run, most_lost)
