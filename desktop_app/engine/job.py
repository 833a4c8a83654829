"""Everything that a training needs, prepared and checked: what ``prepare`` makes and ``loop`` trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from desktop_app.api import ProblemReport, WeightsReport
from desktop_app.engine.data.sources import Source
from desktop_app.engine.data.split import Split
from desktop_app.engine.experiment import Experiment, PluginChoice
from desktop_app.engine.networks.build import Model
from desktop_app.engine.task import Task
from desktop_app.registry import Registry


@dataclass(frozen=True)
class StagePlan:
    """One stage: how long, with which rule, and what of the network learns.

    ``frozen``: ``nothing`` is frozen, all ``blocks`` are, or all but the last ``thawed`` layers of them.
    """

    name: str
    epochs: int
    optimizer: PluginChoice
    schedule: PluginChoice
    frozen: bool = False
    thawed: int = 0


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


def plan_stages(experiment: Experiment) -> tuple[StagePlan, ...]:
    """Return the stages that an experiment asks for."""
    training, tuning = experiment.training, experiment.fine_tuning
    frozen = bool(experiment.model.freeze)
    stages = [
        StagePlan(
            "feature extraction" if frozen else "training",
            training.epochs,
            training.optimizer,
            training.schedule,
            frozen=frozen,
        )
    ]
    if tuning:
        stages.append(
            StagePlan(
                "fine-tuning",
                tuning.epochs,
                tuning.optimizer,
                tuning.schedule,
                frozen=True,
                thawed=tuning.unfreeze_last,
            )
        )
    return tuple(stages)
