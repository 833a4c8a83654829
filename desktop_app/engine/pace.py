"""How fast a training goes and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import torch

from desktop_app.engine.device import memory_in_use
from desktop_app.engine.events import Progress
from desktop_app.engine.position import Position

# A rate is told from about so many seconds of training: fewer make it jump, more make it lag behind.
_REMEMBERED_SECONDS = 4.0


class Pace:
    """Measures samples a second of training, pauses and evaluations left out, and what an evaluation takes.

    Args:
        clock: Where the time comes from, in seconds.
    """

    def __init__(self, device: torch.device, device_name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._device = device
        self._clock = clock
        self._progress = Progress(device=device_name)
        self._all_samples, self._all_seconds = 0, 0.0
        self._recent_samples, self._recent_seconds = 0.0, 0.0
        self._evaluation_seconds = 0.0
        self._since, self._counted = clock(), 0

    def restart(self, *, evaluated: bool = False) -> None:
        """Go on measuring; what came since ``hold`` was an evaluation, or a pause."""
        if evaluated:
            self._evaluation_seconds = self._clock() - self._since
        self._since = self._clock()
        self._counted = 0

    def add(self, samples: int) -> None:
        """Count the samples of one step."""
        self._counted += samples

    def hold(self) -> None:
        """Measure no further until ``restart``."""
        seconds = self._clock() - self._since
        self._all_samples += self._counted
        self._all_seconds += seconds
        self._recent_samples += self._counted
        self._recent_seconds += seconds
        if self._recent_seconds > _REMEMBERED_SECONDS:
            self._recent_samples /= 2
            self._recent_seconds /= 2
        self.restart()

    @property
    def seconds(self) -> float:
        """The seconds of training so far, pauses and evaluations left out; asked in the midst of it."""
        return self._all_seconds + self._clock() - self._since

    @property
    def samples_per_second(self) -> float:
        """Over all steps that were measured."""
        return self._all_samples / self._all_seconds if self._all_seconds > 0 else 0.0

    def phase(self, name: str, done: int, total: int) -> Progress:
        """Return the progress of something that is not training."""
        self._progress = replace(self._progress, phase=name, done=done, total=total, seconds_left=None)
        return self._progress

    def training(self, phase: str, position: Position, steps_in_epoch: int, epoch_samples: int) -> Progress:
        """Return the progress of the training, about ten times a second."""
        self.hold()
        rate = self._recent_samples / self._recent_seconds if self._recent_seconds > 0 else 0.0
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
            seconds_left=share_left * epoch_samples / rate + epochs_left * self._evaluation_seconds if rate else None,
            memory_bytes=memory_in_use(self._device),
        )
        return self._progress
