"""Step: the learning rate is cut at equal distances."""

from dataclasses import dataclass
from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from desktop_app.api import Range, Schedule, hookimpl


@dataclass
class Course:
    """The factor on the learning rate at each step; its fields travel in the schedule's state."""

    total_steps: int
    length: int
    gamma: float

    def __call__(self, step: int) -> float:
        """Return the factor; past the last step, that of the last step."""
        cuts: int = min(step, self.total_steps - 1) // self.length
        return float(self.gamma**cuts)


def step(
    optimizer: Optimizer,
    total_steps: int,
    every: Annotated[float, Range(0.05, 1.0)] = 1 / 3,
    gamma: Annotated[float, Range(0.05, 0.95)] = 0.1,
) -> LambdaLR:
    """Return a schedule that multiplies the learning rate by ``gamma`` at equal distances; beyond the end it stays.

    Args:
        every: Share of all steps between two cuts, rounded to whole steps, at least one.
        gamma: Factor of each cut.

    Raises: ``ValueError`` if ``every`` is not above 0 and at most 1, or ``gamma`` is not above 0.
    """
    if not 0.0 < every <= 1.0:
        raise ValueError(f"every must be above 0 and at most 1, got {every}")
    if not gamma > 0.0:
        raise ValueError(f"gamma must be above 0, got {gamma}")
    return LambdaLR(optimizer, Course(total_steps, max(1, round(every * total_steps)), gamma))


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "step",
        step,
        title="Step",
        summary="Cut to a tenth twice in a run",
        formula=r"\eta_t = \eta\,\gamma^{\lfloor t / s \rfloor}",
        reference="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html",
        when="To repeat published results of image networks, which are mostly trained this way.",
        notes=("PyTorch and Keras ask for the epochs between two cuts; here it is a share of the run.",),
    )
