"""Broken: what it counts is not in its state."""

from torch.optim.lr_scheduler import LRScheduler

from desktop_app.api import Schedule, hookimpl


class Forgetful(LRScheduler):
    def __init__(self, optimizer, total_steps: int):
        self.rates = iter([0.9**step for step in range(total_steps + 100)])
        super().__init__(optimizer)

    def get_lr(self):
        share = next(self.rates)
        return [rate * share for rate in self.base_lrs]

    def state_dict(self):
        return {"last_epoch": self.last_epoch}


@hookimpl
def register_schedules():
    return Schedule("forgetful_schedule", Forgetful)
