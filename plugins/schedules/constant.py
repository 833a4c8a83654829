"""Constant: the learning rate stays as it is."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from desktop_app.api import Schedule, hookimpl


def _one(step: int) -> float:
    return 1.0


def constant(optimizer: Optimizer, total_steps: int) -> LambdaLR:
    """Return a schedule that changes nothing."""
    return LambdaLR(optimizer, _one)


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "constant",
        constant,
        title="Constant",
        summary="The same at every step",
        formula=r"\eta_t = \eta",
        reference="arXiv:1206.5533",
        when="To begin with, to compare optimizers, and where a run may be made longer afterwards.",
        notes=(
            "The only schedule under which an extended run equals the run that was longer from the start.",
            "A last stretch at a lower rate nearly always gains accuracy; cosine is the simplest way to it.",
        ),
    )
