"""Refuses settings of the training that cannot act on the data or the network at hand."""

from __future__ import annotations

from desktop_app.api import Samples
from desktop_app.engine.experiment import Experiment
from desktop_app.errors import ExperimentError


def refuse_what_cannot_act(experiment: Experiment, samples: Samples) -> None:
    """Raise ``ExperimentError`` for the first setting that would change nothing or make no sense."""
    data, training = experiment.data, experiment.training
    if data.mix != "none" and samples.kind == "table":
        raise ExperimentError("data.mix", f'"{data.mix}" blends pictures, and the data is a table; take none.')
    if not samples.classes:
        for key, is_set, what in (
            ("training.label_smoothing", training.label_smoothing > 0, "spreads targets over classes"),
            ("data.balance", data.balance != "none", "makes up for rare classes"),
            ("data.mix", data.mix != "none", "blends classes"),
        ):
            if is_set:
                raise ExperimentError(key, f"{what}, and the answer is a number here; leave it out.")
    if data.mix != "none" and data.views:
        raise ExperimentError(
            "data.mix",
            f'"{data.mix}" blends pictures anew in each step, and data.views keeps what was made of them; '
            "set data.views to 0, or take none.",
        )
