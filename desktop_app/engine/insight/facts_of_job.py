"""Gathers what a diagnosis must know of a job before its first step."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm

from desktop_app.api import SplitNetwork
from desktop_app.engine.device import device_name, present_accelerators
from desktop_app.engine.insight.copies import copied_share
from desktop_app.engine.insight.facts import Facts, LayerFact
from desktop_app.engine.insight.watched import activation_types, layers_to_watch
from desktop_app.engine.job import Job
from desktop_app.engine.recipe import Recipe


def facts_of(job: Job, layers: tuple[LayerFact, ...] | None = None) -> Facts:
    """Return the facts of a job.

    Args:
        layers: In running order, where it is known; else they stand in the order they were registered.
    """
    network = job.model.network
    if layers is None:
        types = activation_types(job.experiment.model, job.registry)
        layers = tuple(layer.fact for layer in layers_to_watch(network, types))
    # A thawed backbone's norms keep their statistics; see ``Stage``.
    learning = network.head if job.experiment.model.freeze and isinstance(network, SplitNetwork) else network
    return Facts(
        training_samples=len(job.split.training),
        validation_samples=len(job.split.validation),
        classes=job.task.classes,
        training_counts=_counts(job, job.split.training),
        validation_counts=_counts(job, job.split.validation),
        batch_size=job.experiment.training.batch_size,
        steps_in_epoch=len(Recipe(job).batches((0,))),
        parameters=sum(weight.numel() for weight in network.parameters()),
        constant_loss=_constant_loss(job),
        validation_copies=copied_share(job),
        device=device_name(job.device),
        accelerators=present_accelerators(),
        learning_batch_norm=any(isinstance(module, BatchNorm) for module in learning.modules()),
        layers=layers,
    )


def _counts(job: Job, places: NDArray[np.int64]) -> tuple[int, ...]:
    """Return the samples a class, or nothing for a regression."""
    if not job.task.is_classification:
        return ()
    labels = job.targets[torch.from_numpy(places).to(job.device)]
    counts: list[int] = torch.bincount(labels, minlength=len(job.task.classes)).tolist()
    return tuple(counts)


def _constant_loss(job: Job) -> float | None:
    """Return the validation loss of always answering what the training split has on average."""
    if not len(job.split.validation):
        return None
    if job.task.is_classification:
        return constant_cross_entropy(_counts(job, job.split.training), _counts(job, job.split.validation))
    # On the host: not every device has float64.
    targets = job.targets[torch.from_numpy(job.split.validation).to(job.device)].cpu().to(torch.float64)
    answers = job.model.answers
    return float((((targets - answers.target_mean) / answers.target_std) ** 2).mean())


def constant_cross_entropy(training: tuple[int, ...], validation: tuple[int, ...]) -> float:
    """Return the loss in nats of answering the training split's class shares for every validation sample.

    A class that nobody trained on counts as half a sample, because a share of 0 would cost infinitely much.
    """
    seen, asked = np.array(training, dtype=np.float64), np.array(validation, dtype=np.float64)
    shares = np.maximum(seen, 0.5) / seen.sum()
    return float(-(asked / asked.sum() * np.log(shares)).sum())
