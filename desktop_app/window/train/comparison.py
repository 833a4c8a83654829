"""Which runs are on show: the one of the page, live or over, and those that it is compared with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.errors import DownslopeError
from desktop_app.window.background import Background, sentence
from desktop_app.window.plots.arriving_series import ArrivingSeries
from desktop_app.window.plots.series_buffer import SeriesSource
from desktop_app.window.plots.shown_run import ShownRun
from desktop_app.window.theme import RUN_COLOURS
from desktop_app.window.train.run_differences import RunFacts

if TYPE_CHECKING:
    from desktop_app.engine.run import Run

# Runs that other processes train are looked at anew this often.
_LOOK_MS = 2000


class Comparison(QObject):
    """``changed`` says that other runs are on show, ``known`` that more is known of them; ``failed`` has a sentence.

    The run of the page has the first colour. Each other has the first that is free, and keeps it.
    """

    changed = Signal()
    known = Signal()
    failed = Signal(str)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[ShownRun] = []
        self._background = background
        self._facts: dict[str, RunFacts] = {}
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look_again)

    @property
    def others(self) -> list[ShownRun]:
        """The runs that the first is compared with."""
        return self.runs[1:]

    @property
    def is_reading(self) -> bool:
        """Whether numbers of a run are still being read."""
        return any(run.source.is_reading for run in self.runs if isinstance(run.source, ArrivingSeries))

    def show_first(self, source: SeriesSource, name: str, key: str) -> None:
        """Show the run of the page; where it was among the others, it is no longer."""
        for run in self.runs[:1]:
            _end(run)
        self._forget(key)
        self.runs[:1] = [ShownRun(key, name, source)]
        self.changed.emit()
        self._read_facts()

    def rename_first(self, name: str, key: str) -> None:
        """Give the run of the page its name, known once its folder is there; it is no longer among the others."""
        if self.runs and (self.runs[0].name, self.runs[0].key) != (name, key):
            self._forget(key)
            self.runs[0].name, self.runs[0].key = name, key
            self.changed.emit()
            self._read_facts()

    def add(self, folder: Path) -> None:
        """Compare with the run in ``folder`` too."""
        from desktop_app.engine.run import Run

        if any(run.key == str(folder) for run in self.runs):
            return
        try:
            run = Run.open(folder)
        except DownslopeError as error:
            self.failed.emit(sentence(error))
            return
        self.runs.append(ShownRun(str(folder), folder.name, ArrivingSeries(run, self._background), self._free_colour()))
        self._timer.start()
        self.changed.emit()
        self._read_facts()

    def remove(self, run: ShownRun) -> None:
        """Compare with ``run`` no longer."""
        if run in self.others:
            _end(run)
            self.runs.remove(run)
            self._facts.pop(run.key, None)
            self.changed.emit()

    def remove_folder(self, folder: Path) -> None:
        """Compare with the run in ``folder`` no longer."""
        for run in [run for run in self.others if run.key == str(folder)]:
            self.remove(run)

    def facts(self) -> list[RunFacts | None]:
        """Return what is known of each run on show, in their order."""
        return [self._facts.get(run.key) for run in self.runs]

    def check(self) -> None:
        """Take away what cannot be read any more, with one sentence a run."""
        for run in self.others:
            if isinstance(run.source, ArrivingSeries) and run.source.problem:
                self.failed.emit(f"{run.name} is compared no longer: {run.source.problem}")
                self.remove(run)

    def end(self) -> None:
        """Read no further."""
        self._timer.stop()
        for run in self.runs:
            _end(run)

    def look_at_facts_again(self) -> None:
        """Read settings and results anew, as after a training has ended."""
        self._facts.clear()
        self._read_facts()

    def _forget(self, key: str) -> None:
        """Take the run out of the others, and its facts, which change once it is trained."""
        for run in [run for run in self.others if run.key == key]:
            _end(run)
            self.runs.remove(run)
        self._facts.pop(key, None)

    def _free_colour(self) -> int:
        taken = [run.colour for run in self.runs]
        return min(range(len(RUN_COLOURS)), key=lambda colour: (taken.count(colour), colour))

    def _look_again(self) -> None:
        for run in self.others:
            known = self._facts.get(run.key)
            if isinstance(run.source, ArrivingSeries) and known is not None and known.status == "running":
                run.source.look_again()
        if any(known is not None and known.status == "running" for known in self.facts()[1:]):
            self._read_facts(again=True)

    def _read_facts(self, *, again: bool = False) -> None:
        """Read the settings and results of runs that they are not known of, behind the window."""
        if len(self.runs) < 2:
            return
        asked = {run.key: self._run_of(run) for run in self.runs}
        missing = {key: run for key, run in asked.items() if run is not None and (again or key not in self._facts)}

        def read() -> dict[str, RunFacts]:
            found = {}
            for key, run in missing.items():
                try:
                    found[key] = RunFacts.read(run)
                except DownslopeError:
                    continue  # its series say so, in a sentence
            return found

        if missing:
            self._background.run(
                "facts of runs", read, self._take_facts, lambda error: self.failed.emit(sentence(error))
            )

    def _take_facts(self, found: dict[str, RunFacts]) -> None:
        self._facts.update(found)
        self.known.emit()

    def _run_of(self, run: ShownRun) -> Run | None:
        from desktop_app.engine.run import Run

        if isinstance(run.source, ArrivingSeries):
            return run.source.run
        try:
            return Run.open(run.key) if run.key else None
        except DownslopeError:
            return None


def _end(run: ShownRun) -> None:
    if isinstance(run.source, ArrivingSeries):
        run.source.end()
