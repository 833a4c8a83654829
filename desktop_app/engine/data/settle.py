"""Fills in what an experiment leaves open, once its samples are known: the network's kind and the pictures' size."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import Samples, Table
from desktop_app.engine.experiment import Experiment, PluginChoice
from desktop_app.engine.experiment_plugins import check_network, preferred_form
from desktop_app.engine.networks.build import backbone_name, network_of, picture_rule
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.recipe_checks import refuse_what_cannot_act
from desktop_app.engine.task import PictureInput, TableInput, Task
from desktop_app.errors import DataError, ExperimentError
from desktop_app.reading.pictures import picture_size
from desktop_app.registry import Registry

# Pictures whose shorter side has at least this many pixels are worth a pretrained network.
TRANSFER_FROM_PIXELS = 64
# A network trained from scratch gains little from larger pictures and pays for them with the square.
LARGEST_SIZE_FROM_SCRATCH = 64
_PEEKED_FILES = 32


def load_options(experiment: Experiment, registry: Registry) -> dict[str, Any]:
    """Return the options for the data source: its own ones, and what its signature takes from the experiment."""
    data = experiment.data
    offered: dict[str, Any] = {
        "target": data.target,
        "columns": data.columns,
        "categorical": data.categorical,
        "task": data.task,
        "unreadable": data.unreadable,
        "group": data.group,
        "prefers": preferred_form(experiment, registry),
    }
    names = {parameter.name for parameter in registry.data_sources[data.source.name].parameters}
    return {**{name: value for name, value in offered.items() if name in names}, **data.source.hyper}


def settle(experiment: Experiment, samples: Samples, registry: Registry) -> Experiment:
    """Return the experiment with nothing left open.

    Raises: ``ExperimentError`` where what was picked does not fit the data or each other.
    """
    refuse_what_cannot_act(experiment, samples)
    model = experiment.model
    kind = model.kind or PluginChoice(name=_fitting_network(samples, registry))
    model = model.model_copy(update={"kind": kind})
    experiment = experiment.model_copy(update={"model": model})
    network = network_of(experiment, registry)
    check_network(experiment, network)
    names = {parameter.name: parameter.default for parameter in network.parameters}
    filled: dict[str, Any] = {
        key: names[key]
        for key in ("layers", "dropout", "head", "pooling")
        if key in names and getattr(model, key) is None
    }
    has_backbone = "backbone" in names
    if has_backbone:
        filled["backbone"] = PluginChoice(name=backbone_name(model, network))
        filled["freeze"] = model.weights != "random" if model.freeze is None else model.freeze
    elif model.weights != "pretrained":
        raise ExperimentError(
            "model.weights", f'the network "{network.name}" has no backbone to load weights into; leave it out.'
        )
    if has_backbone and samples.kind == "table":
        raise ExperimentError("model.kind", f'"{network.name}" needs pictures; for a table take mlp.')
    if model.output == "sigmoid" and len(samples.classes) != 2:
        raise ExperimentError(
            "model.output", f"sigmoid is for two classes, and the data has {len(samples.classes)}; take softmax."
        )
    # A plugin's default list is a tuple in the settings; its own hyper-parameters win over [model]'s keys.
    filled = {key: value for key, value in filled.items() if key not in kind.hyper}
    return experiment.model_copy(update={"model": model.model_copy(update=filled)})


def task_of(
    experiment: Experiment, samples: Samples, registry: Registry, parts: ChosenParts
) -> tuple[Experiment, Task]:
    """Return the task, and the experiment with the pictures' size in it."""
    output = experiment.model.output if samples.classes else "number"
    target = experiment.data.target
    if isinstance(samples.items, Table):
        table = _table_input(samples.items)
        return experiment, Task(input=table, classes=samples.classes, output=output, target=target)
    rule = picture_rule(experiment, registry, parts)
    size = experiment.data.image_size or (rule.size if rule else min(natural_size(samples), LARGEST_SIZE_FROM_SCRATCH))
    settled = experiment.model_copy(update={"data": experiment.data.model_copy(update={"image_size": size})})
    by_rule = PictureInput.by(rule) if rule else PictureInput(height=size, width=size)
    picture = by_rule.model_copy(update={"height": size, "width": size})
    return settled, Task(input=picture, classes=samples.classes, output=output, target=target)


def _table_input(table: Table) -> TableInput:
    incomplete: NDArray[np.bool_] = np.asarray(np.isnan(table.values).any(axis=0))
    with_missing = tuple(name for name, missing in zip(table.names, incomplete, strict=True) if missing)
    return TableInput(names=table.names, vocabularies=table.vocabularies, with_missing=with_missing)


def natural_size(samples: Samples) -> int:
    """Return the usual shorter side of the pictures, in pixels; files are looked at without decoding them."""
    if samples.kind == "pictures":
        return int(min(samples.items.shape[1:3]))  # type: ignore[union-attr]
    sides = []
    for file in list(samples.items)[:_PEEKED_FILES]:  # type: ignore[arg-type]
        try:
            sides.append(min(picture_size(Path(file))))
        except DataError:
            continue  # what cannot be read is reported where pictures are read
    return int(statistics.median(sides)) if sides else LARGEST_SIZE_FROM_SCRATCH


def _fitting_network(samples: Samples, registry: Registry) -> str:
    if samples.kind == "table":
        return "mlp"
    return "transfer" if natural_size(samples) >= TRANSFER_FROM_PIXELS else "cnn"
