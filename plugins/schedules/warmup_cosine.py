"""Warm-up and cosine: the learning rate rises in a straight line, then falls along half a cosine wave."""

import math
from dataclasses import dataclass
from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from desktop_app.api import Range, Schedule, hookimpl


@dataclass
class Course:
    """The factor on the learning rate at each step; its fields travel in the schedule's state."""

    total_steps: int
    warmup_steps: int
    floor: float

    def __call__(self, step: int) -> float:
        """Return the factor; past the last step, that of the last step."""
        step = min(step, self.total_steps - 1)
        if step < self.warmup_steps:
            return (step + 1) / (self.warmup_steps + 1)  # above 0 at once: a first step of 0 teaches nothing
        share = (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        return self.floor + (1.0 - self.floor) * (1.0 + math.cos(math.pi * share)) / 2.0


def warmup_cosine(
    optimizer: Optimizer,
    total_steps: int,
    warmup: Annotated[float, Range(0.0, 0.5)] = 0.1,
    floor: Annotated[float, Range(0.0, 0.5)] = 0.0,
) -> LambdaLR:
    """Return a schedule that rises to the learning rate and falls towards ``floor`` times it; beyond the end it stays.

    Args:
        warmup: Share of all steps spent rising.
        floor: Share of the learning rate that it falls towards.

    Raises: ``ValueError`` if ``warmup`` is not at least 0 and below 1, or ``floor`` lies outside 0 to 1.
    Source: Goyal et al. 2017, arXiv:1706.02677, section 2.2, for the warm-up.
    """
    if not 0.0 <= warmup < 1.0:
        raise ValueError(f"warmup must be at least 0 and below 1, got {warmup}")
    if not 0.0 <= floor <= 1.0:
        raise ValueError(f"floor must lie between 0 and 1, got {floor}")
    warmup_steps = min(round(warmup * total_steps), total_steps - 1)
    return LambdaLR(optimizer, Course(total_steps, warmup_steps, floor))


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "warmup_cosine",
        warmup_cosine,
        title="Warm-up and cosine",
        summary="Rises first, so that a fresh or large network is not thrown off, then falls smoothly",
        formula=r"\eta_t = \eta\,\min\left(\tfrac{t + 1}{w + 1}, \tfrac{1 + \cos(\pi (t - w) / (T - w))}{2}\right)",
        reference="arXiv:1706.02677",
        when="For large networks, large batches, transformers and fine-tuning, where the first steps can do harm.",
        notes=("The rise starts above 0: a first step of 0 would teach nothing.",),
    )
