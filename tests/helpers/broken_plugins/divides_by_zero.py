"""Broken: divides by 0 where a run has one step."""

from torch.optim.lr_scheduler import LambdaLR

from desktop_app.api import Schedule, hookimpl


def divides_by_zero(optimizer, total_steps: int):
    return LambdaLR(optimizer, lambda step: 1.0 - 0.5 * min(step / (total_steps - 1), 1.0))


@hookimpl
def register_schedules():
    return Schedule("divides_by_zero", divides_by_zero)
