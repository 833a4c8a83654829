"""Fills the feature cache for a training that may come, so that it waits for nothing but the rest."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable

import psutil

from desktop_app.api import Samples
from desktop_app.engine.data.frozen_features import PHASE
from desktop_app.engine.device import use_threads
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.engine.prepare import prepare_samples
from desktop_app.engine.stage import StageMaker
from desktop_app.registry import Registry

_NICENESS = 10


def is_worth_warming(experiment: Experiment) -> bool:
    """Return whether training ``experiment``, which is settled, takes features that outlive it."""
    model, data = experiment.model, experiment.data
    frozen = bool(model.freeze) and model.backbone is not None and model.weights != "random"
    are_kept = data.mix == "none" and (data.augment == "none" or bool(data.views))
    return frozen and experiment.training.cache_features and are_kept


def warm_features(
    experiment: Experiment,
    samples: Samples,
    registry: Registry,
    report: Callable[[int, int], None],
    notice: Callable[[str], None] = lambda sentence: None,
) -> None:
    """Compute the features that training ``experiment`` begins with, into the cache and nowhere else.

    Runs at a low priority on half of the processor's cores, which changes no bit of a feature, and leaves torch's
    generator alone.

    Args:
        report: Called with the number of pictures done and the total, several times a batch and also before there are
            any (with 0, 0); may raise to cancel, and what was computed so far is kept.
        notice: Called with a sentence, once, where features cannot be kept.

    Raises: as ``prepare`` does.
    """
    _step_back()
    use_threads(max(1, (psutil.cpu_count(logical=False) or 1) // 2))

    def told(phase: str, done: int, total: int) -> None:
        report(*((done, total) if phase == PHASE else (0, 0)))

    with own_random_numbers(experiment.training.seed) as generator:
        job = prepare_samples(experiment, samples, registry, told, seed=generator.manual_seed)
    StageMaker(job, told, notice).warm(job.stages[0])


def _step_back() -> None:
    """Let every other thread go first, where a thread can have a priority of its own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
