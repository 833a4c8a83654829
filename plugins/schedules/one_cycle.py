"""One cycle: the learning rate rises to its peak and falls far below its start, the momentum the other way round."""

import math
from dataclasses import dataclass
from typing import Annotated, Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from desktop_app.api import Range, Schedule, hookimpl


@dataclass
class Course:
    """The learning rate as a share of its peak at each step; its fields travel in the schedule's state."""

    total_steps: int
    rise: float
    start_divisor: float
    final_divisor: float
    low_momentum: float
    high_momentum: float

    def __call__(self, step: int) -> float:
        """Return the share of the peak."""
        start = 1.0 / self.start_divisor
        return self._wave(step, start, 1.0, start / self.final_divisor)

    def momentum(self, step: int) -> float:
        """Return the momentum, which mirrors the learning rate."""
        return self._wave(step, self.high_momentum, self.low_momentum, self.high_momentum)

    def _wave(self, step: int, start: float, middle: float, end: float) -> float:
        turn, last = max(0.0, self.rise * self.total_steps - 1), self.total_steps - 1
        step = min(step, last)
        if step < turn:
            return _between(start, middle, step / turn)
        return _between(middle, end, (step - turn) / (last - turn) if last > turn else 0.0)


def _between(first: float, second: float, share: float) -> float:
    """Return what lies at ``share`` of the way along half a cosine wave."""
    return second + (first - second) / 2.0 * (1.0 + math.cos(math.pi * share))


class OneCycle(LambdaLR):
    """Sets learning rates and, where the optimizer has one, the momentum (``momentum``, or the first of ``betas``)."""

    def __init__(self, optimizer: Optimizer, course: Course, cycle_momentum: bool) -> None:
        self.course = course
        self.cycle_momentum = cycle_momentum
        super().__init__(optimizer, course)

    def state_dict(self) -> dict[str, Any]:
        """Return plain values only; the course travels in ``lr_lambdas``, as ``LambdaLR`` has it."""
        state: dict[str, Any] = super().state_dict()
        return {name: value for name, value in state.items() if name != "course"}

    def get_lr(self) -> list[float]:  # type: ignore[override]
        """Return the learning rates of this step, as ``LambdaLR``, and set its momentum."""
        if self.cycle_momentum:
            momentum = self.course.momentum(self.last_epoch)
            for group in self.optimizer.param_groups:
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                elif group.get("momentum"):  # an SGD without momentum stays without
                    group["momentum"] = momentum
        return super().get_lr()  # type: ignore[return-value]


def one_cycle(
    optimizer: Optimizer,
    total_steps: int,
    rise: Annotated[float, Range(0.0, 0.9)] = 0.3,
    start_divisor: Annotated[float, Range(1.0, 100.0, log=True)] = 25.0,
    final_divisor: Annotated[float, Range(1.0, 1e6, log=True)] = 1e4,
    cycle_momentum: bool = True,
    low_momentum: Annotated[float, Range(0.0, 0.99)] = 0.85,
    high_momentum: Annotated[float, Range(0.0, 0.99)] = 0.95,
) -> LambdaLR:
    """Return a schedule over one cycle whose peak is the optimizer's learning rate; beyond the end it stays.

    The numbers are those of torch's ``OneCycleLR``, which itself raises when stepped beyond its end and divides by 0
    where the rise lasts one step; here such a rise is left out.

    Args:
        rise: Share of all steps spent rising.
        start_divisor: The first learning rate is the peak divided by this.
        final_divisor: The last learning rate is the first one divided by this.
        cycle_momentum: Move the momentum too, where the optimizer has one.
        low_momentum: Momentum at the peak.
        high_momentum: Momentum at both ends.

    Raises: ``ValueError`` for a rise outside 0 to 1, a divisor below 1, or a momentum outside ``[0, 1)``.
    Source: Smith and Topin 2017, arXiv:1708.07120.
    """
    if not 0.0 <= rise <= 1.0:
        raise ValueError(f"rise must lie between 0 and 1, got {rise}")
    for name, divisor in (("start_divisor", start_divisor), ("final_divisor", final_divisor)):
        if divisor < 1.0:
            raise ValueError(f"{name} must be at least 1, got {divisor}")
    for name, value in (("low_momentum", low_momentum), ("high_momentum", high_momentum)):
        if not 0.0 <= value < 1.0:
            raise ValueError(f"{name} must be at least 0 and below 1, got {value}")
    course = Course(total_steps, rise, start_divisor, final_divisor, low_momentum, high_momentum)
    return OneCycle(optimizer, course, cycle_momentum)


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "one_cycle",
        one_cycle,
        title="One cycle",
        summary="Up to the learning rate and far down again; quick training of small networks",
        formula=(
            r"\eta_t = \eta\,\frac{1 - \cos(\pi t / a)}{2}\ \ (t < a),\quad"
            r"\eta_t = \eta\,\frac{1 + \cos(\pi (t - a) / (T - a))}{2}\ \ (t \ge a)"
        ),
        reference="arXiv:1708.07120",
        when="To train a small network quickly with a high learning rate, found by the LR range test.",
        notes=(
            "The optimizer's learning rate is the peak of the cycle here, as max_lr is in PyTorch's OneCycleLR.",
            "The momentum moves the other way in optimizers that have one (momentum, or the first of betas); others"
            " keep theirs.",
            "The formula leaves out that it starts at a 25th of the peak and ends at a 10,000th of that.",
        ),
    )
