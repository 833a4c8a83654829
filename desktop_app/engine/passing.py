"""How a batch goes through the network: at once, or in parts whose gradients add up to the whole batch's."""

from __future__ import annotations

import torch
from torch import Tensor

from desktop_app.engine.device import computing_in, gradient_scaler, random_state, restore_random_state
from desktop_app.engine.job import Job
from desktop_app.engine.memory import lack_of_memory, largest_that_fits, parts_of
from desktop_app.engine.recipe import Recipe
from desktop_app.engine.stage import Stage
from desktop_app.engine.stepper import Part, Stepper
from desktop_app.engine.training_loss import dominant
from desktop_app.errors import TrainingError


class Passing:
    """Passes the batches of one training, ``training.micro_batch`` samples at a time.

    Each part's mean loss counts by its share of the samples, so that the gradient is that of the whole batch but for
    rounding. Only what looks at a batch as a whole can tell: a batch norm sees a part.

    Args:
        reduced: The type to compute in, or ``None`` for float32.
    """

    def __init__(self, job: Job, recipe: Recipe, reduced: torch.dtype | None) -> None:
        self._job = job
        self._recipe = recipe
        self._reduced = reduced
        self.at_once = job.experiment.training.micro_batch
        """Samples at a time; 0: the whole batch."""

    def split(self, values: Tensor) -> tuple[Tensor, ...]:
        """Return a batch in its parts."""
        sizes = parts_of(len(values), self.at_once)
        return torch.split(values, sizes) if len(sizes) > 1 else (values,)

    def parts(self, stage: Stage, inputs: Tensor, targets: Tensor, right: list[Tensor]) -> list[Part]:
        """Return what a step takes; ``right`` gets how many answers of each part are right, once it is passed."""
        samples, answers = len(inputs), self._job.model.answers

        def part(inputs: Tensor, targets: Tensor) -> Part:
            def forward() -> Tensor:
                with computing_in(self._reduced, self._job.device):
                    logits = stage.learning(inputs)
                right.append(answers.correct(logits.detach(), dominant(targets)))
                return self._recipe.loss(logits, targets)

            return Part(len(inputs) / samples, forward)

        return [part(*both) for both in zip(self.split(inputs), self.split(targets), strict=True)]

    def lack_of_memory(self, stage: Stage, stepper: Stepper, seed: tuple[int, ...]) -> TrainingError:
        """Find by trying how many samples at a time fit, and return the error that ends the training.

        Whole steps are taken with a batch of the epoch that ``seed`` draws, so that the optimizer's state and all that
        the loop holds are in memory as they will be. What they change lives in memory alone: nothing is saved of a
        training that has failed.
        """
        batch = max(self._recipe.batches(seed), key=len)
        smallest = 2 if stage.has_batch_norm else 1
        too_many = max(parts_of(len(batch), self.at_once))

        def attempt(size: int) -> None:
            stepper.unguard(gradient_scaler(self._reduced, self._job.device))
            self.at_once = size
            inputs, targets = next(stage.training_batches([batch], self._job.targets, seed, size))
            for _ in range(2):  # the first step makes the optimizer's state, the second has all of it at a time
                stepper.step(*self.parts(stage, inputs, targets, []))

        before = random_state(self._job.device)
        try:
            fitting = largest_that_fits(attempt, too_many, smallest)
        finally:
            restore_random_state(before, self._job.device)
        return lack_of_memory(too_many, fitting, has_batch_norm=stage.has_batch_norm)
