"""Plateau: torch's own ReduceLROnPlateau, which keeps what it was told."""

from torch.optim.lr_scheduler import ReduceLROnPlateau

from desktop_app.api import Schedule, hookimpl


class Plateau(ReduceLROnPlateau):
    def __init__(self, optimizer, total_steps: int, patience: int = 0, threshold: float = 1e9):
        self.told = []
        super().__init__(optimizer, factor=0.5, patience=patience, threshold=threshold, threshold_mode="abs")

    def step(self, metrics, epoch=None):
        self.told.append(float(metrics))
        super().step(metrics, epoch)


@hookimpl
def register_schedules():
    return Schedule("plateau", Plateau, summary="Halves the rate where nothing got better")
