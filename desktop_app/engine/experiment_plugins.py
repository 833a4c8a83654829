"""Checks an experiment against the registry: names, hyper-parameters, and what belongs to what."""

from __future__ import annotations

from collections.abc import Iterator

from desktop_app.api import Contribution, Network
from desktop_app.engine.experiment import Experiment, PluginChoice
from desktop_app.errors import ExperimentError, PluginError
from desktop_app.registry import Registry

# Keys of [model] that are handed to the network's factory where its signature has a parameter of that name.
NETWORK_KEYS = ("layers", "dropout", "head", "pooling")


def choices(experiment: Experiment) -> Iterator[tuple[str, str, PluginChoice]]:
    """Yield the key, the kind and the choice of every plugin that the experiment names."""
    model, training = experiment.model, experiment.training
    yield "data.source", "data_source", experiment.data.source
    if model.kind:
        yield "model.kind", "network", model.kind
    yield "model.initializer", "initializer", model.initializer
    yield "model.activation", "activation", model.activation
    if model.normalization.name != "none":
        yield "model.normalization", "normalization", model.normalization
    if model.backbone:
        yield "model.backbone", "backbone", model.backbone
    yield "training.optimizer", "optimizer", training.optimizer
    yield "training.schedule", "schedule", training.schedule
    if experiment.fine_tuning:
        yield "fine_tuning.optimizer", "optimizer", experiment.fine_tuning.optimizer
        yield "fine_tuning.schedule", "schedule", experiment.fine_tuning.schedule


def check_plugins(experiment: Experiment, registry: Registry) -> None:
    """Raise ``ExperimentError`` for the first key that the registry cannot serve."""
    for key, kind, choice in choices(experiment):
        shelf = registry.shelf(kind)
        if choice.name not in shelf:
            raise ExperimentError(key, f'there is no {kind.replace("_", " ")} "{choice.name}". {shelf.installed(choice.name)}')
        _check_hyper(key, shelf[choice.name], choice)
    _check_source(experiment, registry)
    if experiment.model.kind:
        check_network(experiment, registry.networks[experiment.model.kind.name])


def _check_hyper(key: str, contribution: Contribution, choice: PluginChoice) -> None:
    names = {parameter.name for parameter in contribution.parameters}
    unknown = next((name for name in choice.hyper if name not in names), None)
    wrong = unknown or next((name for name in choice.hyper if not _fits(contribution, choice, name)), None)
    if not wrong and key != "model.kind":  # a network's own keys are completed from [model] first
        return
    try:
        if wrong:
            contribution.check(choice.hyper)
    except PluginError as error:
        raise ExperimentError(f"{key}.{wrong}", f"{error}") from error


def _fits(contribution: Contribution, choice: PluginChoice, name: str) -> bool:
    parameter = next(parameter for parameter in contribution.parameters if parameter.name == name)
    try:
        parameter.check(choice.hyper[name])
    except ValueError:
        return False
    # The learning rate is the one hyper-parameter whose sense Downslope itself knows.
    return not (name == "lr" and choice.hyper[name] is not None and choice.hyper[name] <= 0)


def _check_source(experiment: Experiment, registry: Registry) -> None:
    data = experiment.data
    options = {parameter.name for parameter in registry.data_sources[data.source.name].parameters}
    if "target" in options and not data.target:
        raise ExperimentError("data.target", "must name the table's column to predict.")
    if data.group:
        raise ExperimentError("data.group", "splitting by group is not available yet; leave it empty.")


def check_network(experiment: Experiment, network: Network) -> None:
    """Raise ``ExperimentError`` where [model] sets a key that its network does not have."""
    model = experiment.model
    names = {parameter.name for parameter in network.parameters}
    for key in (*NETWORK_KEYS, "backbone"):
        if getattr(model, key) is not None and key not in names:
            has = ", ".join(sorted(names)) or "none"
            raise ExperimentError(f"model.{key}", f'the network "{network.name}" has no {key}; leave it out. It has: {has}.')
    if experiment.fine_tuning and "backbone" not in names:
        raise ExperimentError("fine_tuning", f'the network "{network.name}" has no backbone to fine-tune; leave the section out.')
    if model.backbone and model.backbone.hyper:
        raise ExperimentError("model.backbone", "a backbone has no hyper-parameters; give its name alone.")
