"""Everything that a training needs, prepared and checked: what ``prepare`` makes and ``loop`` trains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from desktop_app.api import ProblemReport, SplitNetwork, WeightsReport
from desktop_app.engine.data.sources import Source
from desktop_app.engine.data.split import Split
from desktop_app.engine.experiment import Experiment, PluginChoice
from desktop_app.engine.networks.build import Model
from desktop_app.engine.networks.learning_blocks import counts_of_steps
from desktop_app.engine.task import Task
from desktop_app.errors import ExperimentError
from desktop_app.registry import Registry

FINE_TUNING = "fine-tuning"


@dataclass(frozen=True)
class StagePlan:
    """One stage: how long, with which rule, and what of the network learns.

    ``frozen``: ``nothing`` is frozen, all ``blocks`` are, or all but the last ``thawed`` layers of them. Each block has
    ``layer_decay`` times the learning rate of the one behind it.
    """

    name: str
    epochs: int
    optimizer: PluginChoice
    schedule: PluginChoice
    frozen: bool = False
    thawed: int = 0
    layer_decay: float = 1.0


@dataclass(frozen=True)
class Job:
    """An experiment made real; ``experiment`` has nothing left open.

    ``targets`` are the labels (``int64``) or numbers (``float32``) of all samples, on the device.
    ``weights_reports`` say how far the files fitted that the backbone's weights came from.
    """

    experiment: Experiment
    registry: Registry
    task: Task
    device: torch.device
    model: Model
    source: Source
    targets: Tensor
    split: Split
    names: Sequence[str]
    stages: tuple[StagePlan, ...]
    problems: tuple[ProblemReport, ...] = ()
    weights_reports: tuple[WeightsReport, ...] = ()


def plan_stages(experiment: Experiment, network: nn.Module) -> tuple[StagePlan, ...]:
    """Return the stages that an experiment asks for.

    Raises: ``ExperimentError`` where a gradual unfreezing has fewer epochs than blocks to unfreeze.
    """
    training = experiment.training
    frozen = bool(experiment.model.freeze)
    first = StagePlan(
        "feature extraction" if frozen else "training",
        training.epochs,
        training.optimizer,
        training.schedule,
        frozen=frozen,
    )
    return (first, *_fine_tuning(experiment, network))


def _fine_tuning(experiment: Experiment, network: nn.Module) -> Iterator[StagePlan]:
    tuning = experiment.fine_tuning
    if tuning is None:
        return
    whole = StagePlan(
        FINE_TUNING,
        tuning.epochs,
        tuning.optimizer,
        tuning.schedule,
        frozen=True,
        thawed=tuning.unfreeze_last,
        layer_decay=tuning.layer_decay,
    )
    assert isinstance(network, SplitNetwork)
    steps = counts_of_steps(network, tuning.unfreeze_last) if tuning.gradual else []
    if len(steps) < 2:
        yield whole
        return
    if tuning.epochs < len(steps):
        raise ExperimentError(
            "fine_tuning.epochs",
            f"the last {tuning.unfreeze_last} layers lie in {len(steps)} blocks, and unfreezing block by block takes "
            f"at least one epoch for each, got {tuning.epochs}; take {len(steps)} epochs or more, unfreeze fewer "
            "layers, or set fine_tuning.gradual = false.",
        )
    # One epoch each, and what remains once all are thawed: Howard and Ruder 2018, arXiv:1801.06146, section 3.3.
    for place, thawed in enumerate(steps, start=1):
        epochs = 1 if place < len(steps) else tuning.epochs - len(steps) + 1
        yield replace(whole, name=f"{FINE_TUNING} {place} of {len(steps)}", epochs=epochs, thawed=thawed)
