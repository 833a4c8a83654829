"""Installs the instruments of a training: on which layers, and where it is written down in which order these run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop_app.engine.insight.boundary import BoundaryDrawer, has_boundary
from desktop_app.engine.insight.facts import Facts
from desktop_app.engine.insight.facts_of_job import facts_of
from desktop_app.engine.insight.instruments import Instruments
from desktop_app.engine.insight.watched import WatchedLayer, activation_types, layers_to_watch
from desktop_app.engine.job import Job
from desktop_app.engine.recorder import Recorder
from desktop_app.store.run_folder import RunFolder


def install_instruments(
    job: Job, folder: RunFolder, recorder: Recorder, seconds: Callable[[], float]
) -> Instruments | None:
    """Return the instruments that the experiment asks for, or ``None``: then nothing is made, and nothing hooked.

    Args:
        seconds: Returns the seconds of training so far, pauses and evaluations left out.
    """
    if not job.experiment.training.instruments:
        return None

    def write_layers(layers: Sequence[WatchedLayer]) -> None:
        """Write the facts again, now that it is known in which order the network runs its layers."""
        # A run that an older version began has none.
        is_there = folder.facts.is_file()
        facts = Facts.model_validate(folder.read_json(folder.facts)) if is_there else facts_of(job)
        ordered = facts.model_copy(update={"layers": tuple(layer.fact for layer in layers)})
        folder.write_json(folder.facts, ordered.model_dump(mode="json"))

    layers = layers_to_watch(job.model.network, activation_types(job.experiment.model, job.registry))
    boundary = BoundaryDrawer(job) if has_boundary(job.task) else None
    return Instruments(layers, recorder, seconds, write_layers, boundary)
