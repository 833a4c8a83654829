"""What a preset's choice depends on, read off the data and the network without computing either's values."""

from __future__ import annotations

import numpy as np
import torch

from desktop_app.api import Samples, SplitNetwork
from desktop_app.engine.data.settle import settle, task_of
from desktop_app.engine.device import CPU, choose_device
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.networks.build import build_model
from desktop_app.engine.networks.layers import layers_with_weights
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.presets import Facts, PresetName, choose
from desktop_app.engine.preview import split_samples
from desktop_app.registry import Registry


def preset_facts(experiment: Experiment, samples: Samples, registry: Registry) -> Facts | None:
    """Return the facts, or ``None`` where there is nothing to reuse: no backbone, or no classes.

    Raises: ``ExperimentError`` where the network cannot be built.
    """
    experiment = settle(experiment, samples, registry)
    unloaded = experiment.model_copy(update={"model": experiment.model.model_copy(update={"weights": "random"})})
    with torch.device("meta"):
        parts = ChosenParts(unloaded.model, registry)
        unloaded, task = task_of(unloaded, samples, registry, parts)
        network = build_model(unloaded, task, registry, parts=parts).network
    if not isinstance(network, SplitNetwork) or not samples.classes:
        return None
    counts = np.bincount(samples.labels[split_samples(samples, experiment).training], minlength=len(samples.classes))
    return Facts(
        pictures=int(counts.sum()),
        smallest=int(counts.min()),
        largest=int(counts.max()),
        layers=layers_with_weights(network.blocks),
        accelerator=choose_device(experiment.training.device) != CPU,
    )


def with_preset(name: PresetName, experiment: Experiment, samples: Samples, registry: Registry) -> Experiment:
    """Return the experiment with a preset's values; unchanged where presets do not apply."""
    facts = preset_facts(experiment, samples, registry)
    if facts is None:
        return experiment
    for key, value in choose(name, facts).values.items():
        experiment = experiment.with_value(key, value)
    return experiment
