"""New schedule: TODO say in a line what it does."""

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
        return 1.0 - (1.0 - self.floor) * share


def new_schedule(optimizer: Optimizer, total_steps: int, floor: Annotated[float, Range(0.0, 1.0)] = 0.1) -> LambdaLR:
    """Return a schedule that falls along a straight line from the learning rate towards ``floor`` times it.

    Args:
        floor: Share of the learning rate that it falls towards.

    Raises: ``ValueError`` if ``floor`` lies outside 0 to 1.
    """
    if not 0.0 <= floor <= 1.0:
        raise ValueError(f"floor must lie between 0 and 1, got {floor}")
    return LambdaLR(optimizer, Course(total_steps, floor))


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "new_schedule",
        new_schedule,
        title="New schedule",
        summary="Falls along a straight line",
        formula=r"\eta_t = \eta\,(1 - (1 - f)\,t / T)",
        when="TODO say in a sentence when to pick it.",
    )
