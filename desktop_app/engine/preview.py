"""What the window shows before anything is trained: the split and the network, without computing either's values."""

from __future__ import annotations

import torch

from desktop_app.api import Samples
from desktop_app.engine.data.settle import settle, task_of
from desktop_app.engine.data.split import Split
from desktop_app.engine.data.split import split_samples as _split
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.job import plan_stages
from desktop_app.engine.networks.build import build_model
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.networks.summary import NetworkSummary, summarize
from desktop_app.engine.prepare import load_samples as load_samples
from desktop_app.engine.prepare import refuse_too_many_layers
from desktop_app.engine.stage_rates import learning_of
from desktop_app.engine.task import PictureInput
from desktop_app.registry import Registry


def split_samples(samples: Samples, experiment: Experiment) -> Split:
    """Return the split that training will use; what cannot be read then is missing there, and nothing else moves."""
    data = experiment.data
    return _split(samples, data.validation, data.test, data.seed, data.group)


def summarize_network(experiment: Experiment, registry: Registry, samples: Samples) -> NetworkSummary:
    """Return the layers of the network that training would build; nothing is computed and no weights are loaded."""
    experiment = settle(experiment, samples, registry)
    unloaded = experiment.model_copy(update={"model": experiment.model.model_copy(update={"weights": "random"})})
    with torch.device("meta"):
        parts = ChosenParts(unloaded.model, registry)
        unloaded, task = task_of(unloaded, samples, registry, parts)
        model = build_model(unloaded, task, registry, parts=parts)
        if isinstance(task.input, PictureInput):
            raw = torch.empty((2, task.input.height, task.input.width, 3), dtype=torch.uint8)
        else:
            raw = torch.empty((2, len(task.input.names)))
        refuse_too_many_layers(experiment, model.network)
        learning = learning_of(model.network, plan_stages(experiment, model.network), registry)
        with torch.no_grad():
            return summarize(model.network, model.preprocessing(raw), learning)
