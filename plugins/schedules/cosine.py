"""Cosine: the learning rate falls along half a cosine wave."""

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
    floor: float

    def __call__(self, step: int) -> float:
        """Return the factor; past the last step, that of the last step."""
        share = min(step, self.total_steps - 1) / self.total_steps
        return self.floor + (1.0 - self.floor) * (1.0 + math.cos(math.pi * share)) / 2.0


def cosine(optimizer: Optimizer, total_steps: int, floor: Annotated[float, Range(0.0, 0.5)] = 0.0) -> LambdaLR:
    """Return a schedule that falls from the learning rate towards ``floor`` times it; beyond the end it stays.

    Args:
        floor: Share of the learning rate that it falls towards.

    Raises: ``ValueError`` if ``floor`` lies outside 0 to 1.
    Source: Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, without restarts.
    """
    if not 0.0 <= floor <= 1.0:
        raise ValueError(f"floor must lie between 0 and 1, got {floor}")
    return LambdaLR(optimizer, Course(total_steps, floor))


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "cosine",
        cosine,
        title="Cosine",
        summary="Falls smoothly to almost nothing",
        formula=r"\eta_t = \eta\,\frac{1 + \cos(\pi t / T)}{2}",
        reference="arXiv:1608.03983",
        when="When you know how long you will train: the best first choice after constant.",
        notes=("It ends close to 0: extending the run adds epochs at almost no learning rate.",),
    )
