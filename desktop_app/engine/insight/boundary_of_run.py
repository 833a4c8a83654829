"""The boundary that a run's best network draws, from its folder and its data."""

from __future__ import annotations

from desktop_app.engine.insight.boundary import Boundary, BoundaryDrawer, has_boundary
from desktop_app.engine.learn.brief_training import brief_job
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.run import Run
from desktop_app.registry import Registry


def boundary_of(run: Run, registry: Registry) -> Boundary | None:
    """Return the boundary of the best checkpoint, or ``None`` where the task has none.

    Reads the data and computes on the CPU: for a thread of its own. torch's own generator is left alone.
    Raises: ``RunError`` where the checkpoint cannot be used, ``DataError`` where the data cannot be read any more.
    """
    if not has_boundary(run.task):
        return None
    experiment = run.experiment
    with own_random_numbers(experiment.training.seed):  # building a network draws weights
        model = run.load_model("best", registry)
    job = brief_job(experiment, registry, load_samples(experiment, registry))
    job.model.load_state(model.state())
    return BoundaryDrawer(job).draw(int(run.result.get("best", {}).get("step", 0)))
