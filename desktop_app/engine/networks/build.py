"""Makes the three modules of a model: preprocessing, network and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.api import Network, PictureRule
from desktop_app.engine.experiment import Experiment, ModelSettings
from desktop_app.engine.experiment_plugins import NETWORK_KEYS
from desktop_app.engine.networks.adapters import add_adapters
from desktop_app.engine.networks.answers import Answers
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.networks.preprocessing import PicturePreprocessing, TablePreprocessing
from desktop_app.engine.task import PictureInput, Task
from desktop_app.errors import ExperimentError, PluginError
from desktop_app.registry import Registry


@dataclass(frozen=True)
class Model:
    """What is trained (``network``) between the two ends that travel with it."""

    preprocessing: PicturePreprocessing | TablePreprocessing
    network: nn.Module
    answers: Answers

    def modules(self) -> dict[str, nn.Module]:
        """Return the three modules by the names they have in checkpoints."""
        return {"preprocessing": self.preprocessing, "network": self.network, "answers": self.answers}

    def to(self, device: torch.device) -> Model:
        """Move everything to ``device`` and return this model."""
        for module in self.modules().values():
            module.to(device)
        return self

    def state(self) -> dict[str, dict[str, Tensor]]:
        """Return every weight and statistic."""
        return {name: module.state_dict() for name, module in self.modules().items()}

    def load_state(self, state: dict[str, dict[str, Tensor]]) -> None:
        """Put back what ``state`` returned."""
        for name, module in self.modules().items():
            module.load_state_dict(state[name])

    def logits(self, raw: Tensor) -> Tensor:
        """Return the logits of raw values, as they come from files."""
        result: Tensor = self.network(self.preprocessing(raw))
        return result


def build_model(experiment: Experiment, task: Task, registry: Registry, *, parts: ChosenParts | None = None) -> Model:
    """Make a model with freshly drawn weights (or a pretrained backbone's) on torch's default device.

    Weights are drawn from torch's global generator: seed it before.
    Raises: ``ExperimentError`` where the network refuses its settings.
    """
    parts = parts or ChosenParts(experiment.model, registry)
    contribution = network_of(experiment, registry)
    preprocessing = _preprocessing(experiment, task, registry, parts)
    hyper = network_hyper(experiment.model, contribution)
    try:
        network = contribution.create(_input_shape(task, preprocessing), task.outputs, parts, **hyper)
    except PluginError as error:
        if isinstance(error.__cause__, PluginError):  # a part's own sentence says more than the network's
            raise error.__cause__ from error
        raise
    if experiment.model.adapters:
        if experiment.fine_tuning is None:
            raise ExperimentError("model.adapters", "adapters are trained by [fine_tuning]; add it, or set this to 0.")
        if experiment.model.freeze is False:
            raise ExperimentError(
                "model.adapters",
                "adapters leave the backbone as it is, and model.freeze = false trains it; change one of the two.",
            )
        add_adapters(network, experiment.model.adapters, experiment.fine_tuning.unfreeze_last)
    return Model(preprocessing, network, Answers(task.output))


def network_of(experiment: Experiment, registry: Registry) -> Network:
    """Return the network plugin of an experiment whose ``model.kind`` is settled."""
    if experiment.model.kind is None:
        raise ExperimentError("model.kind", "is not settled yet.")
    return registry.networks[experiment.model.kind.name]


def network_hyper(model: ModelSettings, contribution: Network) -> dict[str, Any]:
    """Return the hyper-parameters for the factory: its own ones, and the keys of [model] that its signature has."""
    names = {parameter.name for parameter in contribution.parameters}
    hyper = dict(model.kind.hyper) if model.kind else {}
    for key in NETWORK_KEYS:
        value = getattr(model, key)
        if value is not None and key in names:
            hyper.setdefault(key, value)
    if "backbone" in names:
        hyper.setdefault("backbone", backbone_name(model, contribution))
    if "weights" in names:
        hyper.setdefault("weights", model.weights)
    return hyper


def backbone_name(model: ModelSettings, contribution: Network) -> str:
    """Return the backbone that was picked, or the network's own default."""
    if model.backbone:
        return model.backbone.name
    return str(next(parameter.default for parameter in contribution.parameters if parameter.name == "backbone"))


def picture_rule(experiment: Experiment, registry: Registry, parts: ChosenParts) -> PictureRule | None:
    """Return how the backbone wants its pictures, or ``None`` for a network without one."""
    contribution = network_of(experiment, registry)
    hyper = network_hyper(experiment.model, contribution)
    if "backbone" not in hyper:
        return None
    return parts.backbone(hyper["backbone"], hyper.get("weights", "random")).preprocessing


def _preprocessing(
    experiment: Experiment, task: Task, registry: Registry, parts: ChosenParts
) -> PicturePreprocessing | TablePreprocessing:
    if isinstance(task.input, PictureInput):
        rule = picture_rule(experiment, registry, parts)
        return PicturePreprocessing(rule.mean, rule.std) if rule else PicturePreprocessing()
    table = task.input
    sizes = [len(table.vocabularies.get(name, ())) for name in table.names]
    return TablePreprocessing(sizes, [table.names.index(name) for name in table.with_missing])


def _input_shape(task: Task, preprocessing: nn.Module) -> tuple[int, ...]:
    if isinstance(task.input, PictureInput):
        return (3, task.input.height, task.input.width)
    assert isinstance(preprocessing, TablePreprocessing)
    return (preprocessing.inputs,)
