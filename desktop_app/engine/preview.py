"""What the window shows before anything is trained: the split and the network, without computing either's values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from desktop_app.api import Samples, SplitNetwork
from desktop_app.engine.data.settle import settle, task_of
from desktop_app.engine.data.split import Split
from desktop_app.engine.data.split import split_samples as _split
from desktop_app.engine.device import CPU, choose_device
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.job import plan_stages
from desktop_app.engine.networks.build import build_model
from desktop_app.engine.networks.layers import layers_with_weights
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.networks.summary import NetworkSummary, summarize
from desktop_app.engine.prepare import load_samples as load_samples
from desktop_app.engine.prepare import refuse_too_many_layers
from desktop_app.engine.presets import Facts, PresetName, choose
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
            summary = summarize(model.network, model.preprocessing(raw), learning)
    blocks = model.network.blocks if isinstance(model.network, SplitNetwork) else nn.ModuleList()
    return replace(summary, backbone_layers=layers_with_weights(blocks))


@dataclass(frozen=True)
class NetworkLook:
    """What is known of the network that training would build.

    ``experiment`` has nothing left open; ``facts`` is what presets choose by, or ``None`` where there is nothing to
    reuse: no backbone, or no classes.
    """

    experiment: Experiment
    summary: NetworkSummary
    facts: Facts | None


def look_at_network(experiment: Experiment, registry: Registry, samples: Samples) -> NetworkLook:
    """Return what is known of the network before it is trained.

    Raises: ``ExperimentError`` where it cannot be built.
    """
    settled = settle(experiment, samples, registry)
    summary = summarize_network(experiment, registry, samples)
    return NetworkLook(settled, summary, _facts(settled, samples, summary.backbone_layers))


def with_preset(name: PresetName, experiment: Experiment, registry: Registry, samples: Samples) -> Experiment:
    """Return the experiment with a preset's values; unchanged where presets do not apply."""
    facts = look_at_network(experiment, registry, samples).facts
    for key, value in choose(name, facts).values.items() if facts else ():
        experiment = experiment.with_value(key, value)
    return experiment


def _facts(experiment: Experiment, samples: Samples, layers: int) -> Facts | None:
    if not layers or not samples.classes:
        return None
    counts = np.bincount(samples.labels[split_samples(samples, experiment).training], minlength=len(samples.classes))
    return Facts(
        pictures=int(counts.sum()),
        smallest=int(counts.min()),
        largest=int(counts.max()),
        layers=layers,
        accelerator=choose_device(experiment.training.device) != CPU,
    )
