"""Exponential: the learning rate shrinks by the same factor at every step."""

from dataclasses import dataclass
from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from desktop_app.api import Range, Schedule, hookimpl


@dataclass
class Course:
    """The factor on the learning rate at each step; its fields travel in the schedule's state."""

    total_steps: int
    final: float

    def __call__(self, step: int) -> float:
        """Return the factor; past the last step, that of the last step."""
        return float(self.final ** (min(step, self.total_steps - 1) / self.total_steps))


def exponential(
    optimizer: Optimizer, total_steps: int, final: Annotated[float, Range(1e-4, 0.5, log=True)] = 0.01
) -> LambdaLR:
    """Return a schedule that falls to ``final`` times the learning rate over all steps; beyond the end it stays.

    Args:
        final: Share of the learning rate that is left when all steps are done.

    Raises: ``ValueError`` if ``final`` is not above 0 and at most 1.
    """
    if not 0.0 < final <= 1.0:
        raise ValueError(f"final must be above 0 and at most 1, got {final}")
    return LambdaLR(optimizer, Course(total_steps, final))


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "exponential",
        exponential,
        title="Exponential",
        summary="Falls by the same factor at every step",
        formula=r"\eta_t = \eta\, f^{\,t / T}",
        reference="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html",
        when="Where you know how small the last steps should be. Cosine stays high for longer and mostly wins.",
        notes=(
            "PyTorch and Keras ask for the factor of one step or epoch; here the share that is left at the end is "
            "given, so that it does not depend on the number of steps.",
        ),
        gives_way=True,
    )
