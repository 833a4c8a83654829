"""Checks an experiment against the registry: names, hyper-parameters, and what belongs to what."""

from __future__ import annotations

from collections.abc import Iterator

from desktop_app.api import Activation, Contribution, Initializer, Network, Normalization, Optimizer, Schedule, Tracker
from desktop_app.engine.data.groups import compiled
from desktop_app.engine.experiment import Experiment, PluginChoice
from desktop_app.errors import ExperimentError, PluginError, TrainingError, did_you_mean
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
    for tracker in training.trackers:
        yield "training.trackers", "tracker", tracker
    if experiment.fine_tuning:
        yield "fine_tuning.optimizer", "optimizer", experiment.fine_tuning.optimizer
        yield "fine_tuning.schedule", "schedule", experiment.fine_tuning.schedule


def preferred_form(experiment: Experiment, registry: Registry) -> str | None:
    """Return the form that the network wants samples in, ``None`` of a source that has but one."""
    source = registry.data_sources[experiment.data.source.name]
    if all(parameter.name != "prefers" for parameter in source.parameters):
        return None
    kind = experiment.model.kind
    return registry.networks[kind.name].prefers if kind else "vectors"


def check_plugins(experiment: Experiment, registry: Registry) -> None:
    """Raise ``ExperimentError`` for the first key that the registry cannot serve.

    Everything small is made once, so that whatever a factory refuses is said before anything heavy starts.
    """
    for key, kind, choice in choices(experiment):
        shelf = registry.shelf(kind)
        if choice.name not in shelf:
            raise ExperimentError(
                key, f'there is no {kind.replace("_", " ")} "{choice.name}". {shelf.installed(choice.name)}'
            )
        _check_hyper(key, shelf[choice.name], choice)
    _check_source(experiment, registry)
    if experiment.model.kind:
        check_network(experiment, registry.networks[experiment.model.kind.name])
    _try_out(experiment, registry)


def _check_hyper(key: str, contribution: Contribution, choice: PluginChoice) -> None:
    known = {parameter.name: parameter for parameter in contribution.parameters}
    for name, value in choice.hyper.items():
        if name not in known:
            has = f"It has: {', '.join(known)}." if known else "It has none."
            raise ExperimentError(
                f"{key}.{name}", f"{contribution} has no such hyper-parameter. {has}{did_you_mean(name, known)}"
            )
        try:
            known[name].check(value)
        except ValueError as error:
            raise ExperimentError(f"{key}.{name}", str(error)) from error
        # The learning rate is the one hyper-parameter whose sense Downslope itself knows.
        if name == "lr" and isinstance(value, int | float) and value <= 0:
            raise ExperimentError(f"{key}.lr", f"must be above 0, got {value:g}.")


def _try_out(experiment: Experiment, registry: Registry) -> None:
    """Make each plugin that can be made at no cost, on next to nothing, and forget it."""
    import torch

    from desktop_app.engine.layer_decay import split_groups
    from desktop_app.engine.own_randomness import own_random_numbers

    tuning = experiment.fine_tuning
    with own_random_numbers(0):  # a training may be under way on another thread
        for key, kind, choice in choices(experiment):
            contribution: Contribution = registry.shelf(kind)[choice.name]
            weight = torch.nn.Parameter(torch.zeros(4, 4))
            given: tuple[object, ...]
            match contribution:
                case Initializer():
                    given = (weight.data,)
                case Activation() | Tracker():
                    given = ()
                case Normalization():
                    given = (8, 2)
                case Optimizer():
                    given = ([("weight", weight)] if contribution.named else [weight],)
                case Schedule():
                    given = (torch.optim.SGD([weight], lr=0.1), 10)
                case _:
                    continue
            try:
                made = contribution.create(*given, **choice.hyper)
                if tuning and tuning.layer_decay != 1.0 and key == "fine_tuning.optimizer":
                    split_groups(made, {weight: tuning.layer_decay})
            except (PluginError, TrainingError) as error:
                raise ExperimentError(key, str(error)) from error
            if experiment.training.ema_decay and kind == "optimizer" and callable(getattr(made, "eval", None)):
                raise ExperimentError(
                    "training.ema_decay",
                    f"{contribution} evaluates other weights than it trains by itself; set training.ema_decay to 0, "
                    f"or take another {key}.",
                )


def _check_source(experiment: Experiment, registry: Registry) -> None:
    data = experiment.data
    options = {parameter.name for parameter in registry.data_sources[data.source.name].parameters}
    if "target" in options and not data.target:
        raise ExperimentError("data.target", "must name the table's column to predict.")
    if data.group and "target" not in options:  # of a table it is a column's name, which may be anything
        compiled(data.group)


def check_network(experiment: Experiment, network: Network) -> None:
    """Raise ``ExperimentError`` where [model] sets a key that its network does not have."""
    model = experiment.model
    names = {parameter.name for parameter in network.parameters}
    for key in (*NETWORK_KEYS, "backbone"):
        if getattr(model, key) is not None and key not in names:
            has = ", ".join(sorted(names)) or "none"
            raise ExperimentError(
                f"model.{key}", f'the network "{network.name}" has no {key}; leave it out. It has: {has}.'
            )
    if experiment.fine_tuning and "backbone" not in names:
        raise ExperimentError(
            "fine_tuning", f'the network "{network.name}" has no backbone to fine-tune; leave the section out.'
        )
    if model.backbone and model.backbone.hyper:
        raise ExperimentError("model.backbone", "a backbone has no hyper-parameters; give its name alone.")
