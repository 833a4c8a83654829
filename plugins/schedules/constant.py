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
    return Schedule("constant", constant, title="Constant", summary="The same at every step", formula=r"\eta_t = \eta")
