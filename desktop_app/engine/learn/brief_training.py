"""A few hundred steps of a real job, in memory: the engine's own stages, batches and optimizers, and no run folder."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from desktop_app.api import Samples
from desktop_app.engine.evaluation.in_loop import evaluate
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.job import Job
from desktop_app.engine.learn.gaussian import Numbers
from desktop_app.engine.own_randomness import drawing_from, own_random_numbers
from desktop_app.engine.prepare import prepare_samples
from desktop_app.engine.recipe import Recipe
from desktop_app.engine.stage import Stage, StageMaker
from desktop_app.engine.stepper import Stepper
from desktop_app.registry import Registry


@dataclass(frozen=True)
class BriefTraining:
    """How it went: the loss of each step, fewer than asked for where one was not finite, and the figures at its end.

    ``accuracy`` is that of the validation samples, or ``None`` where there is none or the training ended early.
    """

    losses: Numbers
    finite: bool
    accuracy: float | None

    @property
    def final_loss(self) -> float:
        """The mean loss over the last tenth of the steps; infinite where the training did not get there."""
        last = max(len(self.losses) // 10, 1)
        return float(self.losses[-last:].mean()) if self.finite and len(self.losses) else math.inf


def brief_job(experiment: Experiment, registry: Registry, samples: Samples) -> Job:
    """Make a job on the CPU whose weights are the ones that training would begin with.

    torch's own generator is left alone.
    Raises: ``DownslopeError`` as ``prepare`` does.
    """
    training = experiment.training.model_copy(update={"device": "cpu", "precision": "float32"})
    experiment = experiment.model_copy(update={"training": training})
    with own_random_numbers(training.seed) as generator:
        return prepare_samples(experiment, samples, registry, seed=generator.manual_seed)


def train_briefly(job: Job, steps: int, between: Callable[[], None] = lambda: None) -> BriefTraining:
    """Train the job's first stage for ``steps`` steps and evaluate it.

    ``between`` is called before each step and may raise to end it. What is drawn (by dropout, say) comes from a
    generator of its own.
    """
    training = job.experiment.training
    generator = torch.Generator().manual_seed(training.seed)
    with drawing_from(generator):
        stage = StageMaker(job, lambda phase, done, total: between()).make(job.stages[0])
        stage.train()
        recipe, plan = Recipe(job), stage.plan
        stepper = Stepper(
            job.registry,
            plan.optimizer,
            plan.schedule,
            stage.parameters,
            steps,
            clip_gradient=training.clip_gradient,
            average=recipe.average(stage),
        )
    losses: list[float] = []
    # Redirecting costs more than a small step does; what drew nothing in its first step goes on without.
    redirected: AbstractContextManager[None] = drawing_from(generator)
    before = generator.get_state()
    for inputs, targets in _batches(job, stage, recipe, steps):
        between()

        def forward(inputs: Tensor = inputs, targets: Tensor = targets) -> Tensor:
            return recipe.loss(stage.learning(inputs), targets)

        with redirected:
            loss = float(stepper.step(forward))
        draws = not torch.equal(before, generator.get_state())
        redirected = drawing_from(generator) if draws else nullcontext()
        if not math.isfinite(loss):
            break
        losses.append(loss)
    finite = len(losses) == steps
    stepper.evaluating(begins=True)
    found = evaluate(job, stage, torch.from_numpy(job.split.validation), None, between) if finite else None
    return BriefTraining(np.array(losses, dtype=np.float64), finite, found.accuracy if found else None)


def _batches(job: Job, stage: Stage, recipe: Recipe, steps: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield inputs and targets for ``steps`` steps, in the order that training has."""
    taken = epoch = 0
    while taken < steps:
        seed = (job.experiment.training.seed, 0, epoch)
        batches = recipe.batches(seed)[: steps - taken]
        yield from stage.training_batches(batches, job.targets, seed)
        taken, epoch = taken + len(batches), epoch + 1
