"""Trains cases and keeps their runs, so that a diagnosis can be looked at again without training."""

from __future__ import annotations

from pathlib import Path

from case import Case

from desktop_app.engine.run import Run
from desktop_app.engine.session import Session
from desktop_app.errors import TrainingError
from desktop_app.registry import Registry


def run_of(case: Case, folder: Path, registry: Registry) -> Run:
    """Return the run of a case below ``folder``, trained now unless it is there already.

    A training that fails (one whose numbers overflow is meant to) leaves a run as well.
    Raises: ``TrainingError`` where it ended before there was a run.
    """
    kept = folder / "runs" / f"{case.name}-1"
    if kept.is_dir():
        return Run.open(kept)
    session = Session(case.experiment(folder / "data"), registry, folder / "runs")
    session.start()
    outcome = session.wait()
    if session.run is None:
        raise TrainingError(f"{case.name} ended without a run: {outcome.reason if outcome else ''}")
    return session.run
