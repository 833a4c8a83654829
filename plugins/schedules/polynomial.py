"""Polynomial: the learning rate falls to its end in a straight line, or along a power of one."""

from dataclasses import dataclass
from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from desktop_app.api import Range, Schedule, hookimpl


@dataclass
class Course:
    """The factor on the learning rate at each step; its fields travel in the schedule's state."""

    total_steps: int
    power: float
    final: float

    def __call__(self, step: int) -> float:
        """Return the factor; past the last step, that of the last step."""
        left = 1.0 - min(step, self.total_steps - 1) / self.total_steps
        return float(self.final + (1.0 - self.final) * left**self.power)


def polynomial(
    optimizer: Optimizer,
    total_steps: int,
    power: Annotated[float, Range(0.5, 4.0)] = 1.0,
    final: Annotated[float, Range(0.0, 0.5)] = 0.0,
) -> LambdaLR:
    """Return a schedule that falls to ``final`` times the learning rate over all steps; beyond the end it stays.

    Args:
        power: 1 falls in a straight line; above 1 it falls quickly first, below 1 quickly at the end.
        final: Share of the learning rate that it falls towards.

    Raises: ``ValueError`` if ``power`` is not above 0 or ``final`` lies outside 0 to 1.
    """
    if not power > 0.0:
        raise ValueError(f"power must be above 0, got {power}")
    if not 0.0 <= final <= 1.0:
        raise ValueError(f"final must lie between 0 and 1, got {final}")
    return LambdaLR(optimizer, Course(total_steps, power, final))


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "polynomial",
        polynomial,
        title="Polynomial",
        summary="A straight line down, or a power of one",
        formula=r"\eta_t = \eta \left(f + (1 - f) \left(1 - \tfrac{t}{T}\right)^p\right)",
        reference="arXiv:1606.00915",
        when="To fine-tune: the straight line is the usual choice there. A power of 0.9 is known from segmentation.",
        notes=(
            "PyTorch's PolynomialLR reaches 0 exactly when all steps are done; so does this one, and the last step "
            "itself is still taken with a little more.",
        ),
        gives_way=True,
    )
