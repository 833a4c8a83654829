"""Cosine with restarts: the learning rate falls along half a cosine wave, jumps back up, and falls again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from desktop_app.api import Range, Schedule, hookimpl


@dataclass
class Course:
    """The factor on the learning rate at each step; its fields travel in the schedule's state.

    ``bounds`` are the steps at which a cycle starts, and the step after the last one.
    """

    bounds: Sequence[int]
    floor: float

    def __call__(self, step: int) -> float:
        """Return the factor; past the last step, that of the last step."""
        step = min(step, self.bounds[-1] - 1)
        start, end = next((a, b) for a, b in zip(self.bounds, self.bounds[1:], strict=False) if a <= step < b)
        return self.floor + (1.0 - self.floor) * (1.0 + math.cos(math.pi * (step - start) / (end - start))) / 2.0


def _bounds(total_steps: int, cycles: int, growth: float) -> list[int]:
    """Return the first step of each cycle and the end; a cycle that is left less than a step falls away."""
    lengths = [growth**number for number in range(cycles)]
    ends = [round(total_steps * sum(lengths[: number + 1]) / sum(lengths)) for number in range(cycles)]
    return sorted({0, *ends, total_steps})


def cosine_restarts(
    optimizer: Optimizer,
    total_steps: int,
    cycles: Annotated[int, Range(1, 10)] = 3,
    growth: Annotated[float, Range(1.0, 4.0)] = 2.0,
    floor: Annotated[float, Range(0.0, 0.5)] = 0.0,
) -> LambdaLR:
    """Return a schedule of several falls, each from the learning rate towards ``floor`` times it.

    The cycles fill all steps; beyond the end the last rate stays.

    Args:
        cycles: How many times it falls.
        growth: How many times as long as the one before each cycle is.
        floor: Share of the learning rate that each cycle falls towards.

    Raises: ``ValueError`` if ``cycles`` is below 1 or above 100, ``growth`` is not at least 0.1 and at most 10, or
        ``floor`` lies outside 0 to 1.
    Source: Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5.
    """
    if not 1 <= cycles <= 100:
        raise ValueError(f"cycles must lie between 1 and 100, got {cycles}")
    if not 0.1 <= growth <= 10.0:
        raise ValueError(f"growth must lie between 0.1 and 10, got {growth}")
    if not 0.0 <= floor <= 1.0:
        raise ValueError(f"floor must lie between 0 and 1, got {floor}")
    return LambdaLR(optimizer, Course(_bounds(total_steps, cycles, growth), floor))


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "cosine_restarts",
        cosine_restarts,
        title="Cosine with restarts",
        summary="Falls smoothly several times, jumping back up in between",
        formula=r"\eta_t = \eta\,\frac{1 + \cos(\pi\, t_i / T_i)}{2}",
        reference="arXiv:1608.03983",
        when="For long runs that may be cut short: the network is good at the end of each cycle.",
        notes=(
            "The loss rises for a while after each restart; judge at the ends of cycles.",
            "PyTorch and Keras ask for the first cycle's length; here the number of cycles is given and they fill the "
            "run. With 3 cycles and a growth of 2 they last a seventh, two and four sevenths of it.",
        ),
        gives_way=True,
    )
