"""Train and resume from Python, in the calling program's own time."""

from __future__ import annotations

from pathlib import Path

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.run import Run
from desktop_app.engine.session import Session
from desktop_app.errors import TrainingError
from desktop_app.registry import Registry, load_plugins


def train(experiment: Experiment, out: str | Path = "runs", registry: Registry | None = None) -> Run:
    """Run an experiment and return its run. Blocks until the end.

    Raises: ``DownslopeError`` where it cannot be run, or fails.
    """
    return _finished(Session(experiment, registry or load_plugins(), Path(out)))


def resume(folder: str | Path, epochs: int | None = None, registry: Registry | None = None) -> Run:
    """Go on with a run from its last checkpoint, ``epochs`` longer than planned. Blocks until the end."""
    if Run.open(folder).status == "finished" and not epochs:
        return Run.open(folder)
    return _finished(Session.resuming(folder, registry or load_plugins(), epochs))


def _finished(session: Session) -> Run:
    session.start()
    try:
        outcome = session.wait()
    except KeyboardInterrupt:
        session.stop(interrupted=True)
        session.wait()
        raise
    if outcome is None or outcome.status == "failed" or session.run is None:
        raise (outcome.error if outcome and outcome.error else TrainingError("The training ended without a run."))
    return session.run
