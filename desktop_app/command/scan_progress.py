"""How far a scan is, as a bar in the terminal; without a terminal nothing is drawn."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class ScanProgress:
    """Draws one line on standard error, as long as it is entered."""

    def __init__(self) -> None:
        console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("Starting", total=None)
        self._phase = ""

    def report(self, phase: str, done: int, total: int) -> None:
        """Take what is being done and how far it is."""
        if phase != self._phase:
            self._phase = phase
            self._bar.reset(self._task, description=phase)  # the time left is that of one thing at a time
        self._bar.update(self._task, completed=done, total=total or None)

    def __enter__(self) -> ScanProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
