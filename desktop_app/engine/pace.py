"""How fast a training goes and how long it will take."""

from __future__ import annotations

import time
from dataclasses import replace

import torch

from desktop_app.engine.device import memory_in_use
from desktop_app.engine.events import Progress
from desktop_app.engine.position import Position

_WINDOW_SECONDS = 2.0


class Pace:
    """Measures samples a second over the last two seconds or so, pauses and evaluations left out."""

    def __init__(self, device: torch.device, device_name: str) -> None:
        self._device = device
        self._progress = Progress(device=device_name)
        self.restart()
        self._samples = 0
        self._busy = 0.0

    def restart(self) -> None:
        """Begin to measure now: what came before was a pause or not training."""
        self._from = time.monotonic()
        self._counted = 0

    def add(self, samples: int) -> None:
        """Count the samples of one step."""
        self._counted += samples

    @property
    def samples_per_second(self) -> float:
        """Over all steps that were measured."""
        busy = self._busy + time.monotonic() - self._from
        return (self._samples + self._counted) / busy if busy > 0 else 0.0

    def _rate(self) -> float:
        now = time.monotonic()
        elapsed = now - self._from
        rate = self._counted / elapsed if elapsed > 0 else 0.0
        if elapsed > _WINDOW_SECONDS:
            self.hold()
        return rate

    def hold(self) -> None:
        """Put what was measured aside and begin a new window."""
        self._busy += time.monotonic() - self._from
        self._samples += self._counted
        self.restart()

    def phase(self, name: str, done: int, total: int) -> Progress:
        """Return the progress of something that is not training."""
        self._progress = replace(self._progress, phase=name, done=done, total=total, seconds_left=None)
        return self._progress

    def training(self, phase: str, position: Position, steps_in_epoch: int, epoch_samples: int) -> Progress:
        """Return the progress of the training, about ten times a second."""
        rate = self._rate() if self._counted else self._progress.samples_per_second
        epochs_left = sum(position.stage_epochs[position.stage :]) - position.epoch
        share_left = epochs_left - (position.step_in_epoch / steps_in_epoch if steps_in_epoch else 0.0)
        self._progress = replace(
            self._progress,
            phase=phase,
            done=position.step_in_epoch,
            total=steps_in_epoch,
            epoch=min(position.epochs_done + 1, position.epochs),
            epochs=position.epochs,
            step=position.step,
            steps=position.step + round(share_left * steps_in_epoch),
            samples_per_second=rate,
            seconds_left=share_left * epoch_samples / rate if rate else None,
            memory_bytes=memory_in_use(self._device),
        )
        return self._progress
