"""Counted: torch's own LinearLR over all steps, which says how often it was stepped."""

from torch.optim.lr_scheduler import LinearLR

from desktop_app.api import Schedule, hookimpl


class Counted(LinearLR):
    def __init__(self, optimizer, total_steps: int):
        self.steps_taken = -1  # the constructor takes the first one
        super().__init__(optimizer, start_factor=1.0, end_factor=0.5, total_iters=total_steps)

    def step(self, epoch=None):
        self.steps_taken += 1
        super().step(epoch)


@hookimpl
def register_schedules():
    return Schedule("counted", Counted, summary="A straight line down to half")
