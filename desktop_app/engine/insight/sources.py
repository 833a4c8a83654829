"""Where a diagnosis gets its evidence: the folder of a run, or a training under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.facts import Facts
from desktop_app.errors import RunError
from desktop_app.store.metrics import MetricEvent, MetricsReader
from desktop_app.store.run_folder import RunFolder

if TYPE_CHECKING:
    from desktop_app.engine.recorder import Recorder
    from desktop_app.engine.run import Run
    from desktop_app.engine.session import Session


class RunFile:
    """The numbers of a run as its file has them, which may grow while they are read."""

    def __init__(self, files: RunFolder) -> None:
        self._reader = MetricsReader(files.metrics)

    def read(self, name: str, start: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return steps and values of a series from place ``start`` on."""
        steps, values = self._reader.series(name)
        return steps[start:], values[start:]

    def names(self) -> list[str]:
        """Return the names of all series."""
        return self._reader.names()

    def events(self) -> list[MetricEvent]:
        """Return what happened, in order."""
        return self._reader.events()


class SoFar:
    """The numbers of a training under way as they are now: what is recorded while rules look at them stays out."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._lengths = recorder.lengths()
        self._events = recorder.events()

    def read(self, name: str, start: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return steps and values of a series from place ``start`` on."""
        end = max(self._lengths.get(name, 0) - start, 0)
        steps, values = self._recorder.read(name, start)
        return steps[:end], values[:end]

    def names(self) -> list[str]:
        """Return the names of all series."""
        return sorted(self._lengths)

    def events(self) -> list[MetricEvent]:
        """Return what happened, in order."""
        return self._events


def evidence_of_run(run: Run) -> Evidence:
    """Return what there is to see of a run in its folder. Raises ``RunError`` where a file cannot be read."""
    return Evidence(run.experiment, facts_of(run.files), RunFile(run.files), run.status, run.reason)


def evidence_of_session(session: Session) -> Evidence | None:
    """Return what there is to see of a training under way; ``None`` while it is being prepared."""
    run, state = session.run, session.state
    if run is None:
        return None
    status = state if state in ("finished", "stopped", "interrupted", "failed") else "running"
    reason = run.reason if status == "failed" else ""
    return Evidence(run.experiment, facts_of(run.files), SoFar(session.recorder), status, reason, session.registry)


def facts_of(files: RunFolder) -> Facts:
    """Return the facts of a run; empty ones where an older version left none. Raises ``RunError`` for a broken file."""
    if not files.facts.is_file():
        return Facts()
    try:
        return Facts.model_validate(files.read_json(files.facts))
    except ValidationError as error:
        raise RunError(f"{files.facts} is broken; delete it, and the diagnosis does without.") from error
