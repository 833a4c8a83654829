"""What a training says of itself: frozen plain values that may cross threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from desktop_app.engine.remedy import Remedy

Status = Literal["finished", "stopped", "failed", "interrupted"]


@dataclass(frozen=True)
class PhaseStarted:
    """Something that takes a while has begun, such as ``Reading pictures``."""

    name: str


@dataclass(frozen=True)
class StageStarted:
    """A stage of the training has begun at ``step``."""

    name: str
    step: int


@dataclass(frozen=True)
class Noticed:
    """Something that people should know although everything goes on, in a sentence."""

    text: str


@dataclass(frozen=True)
class WeightsLoaded:
    """The backbone's weights came from a file; ``text`` says how far it fitted, ``complete`` whether it did wholly."""

    text: str
    complete: bool


@dataclass(frozen=True)
class EpochEnded:
    """An epoch was trained and validated; ``epoch`` counts from 1 over all stages.

    ``val_mae`` is the mean absolute error of a regression over the validation samples, in the answers' unit.
    ``best_accuracy`` and ``best_mae`` are those of the run's best epoch so far, be it from before a resume.
    """

    epoch: int
    epochs: int
    step: int
    train_loss: float
    val_loss: float | None
    val_accuracy: float | None
    is_best: bool
    val_mae: float | None = None
    best_accuracy: float | None = None
    best_mae: float | None = None


@dataclass(frozen=True)
class LearningRateChanged:
    """The learning rate was changed by hand."""

    step: int
    learning_rate: float


@dataclass(frozen=True)
class Extended:
    """The last stage was made longer; ``epochs`` are those of all stages now."""

    step: int
    epochs: int


@dataclass(frozen=True)
class SnapshotTaken:
    """The model was kept as it was after ``step``, in ``file``, which lies in the run's folder."""

    step: int
    file: str


@dataclass(frozen=True)
class NonFiniteCaught:
    """A loss or gradient was not finite at ``step``; ``text`` says where it came from and what was done about it."""

    step: int
    text: str


@dataclass(frozen=True)
class Paused:
    """The training waits; a checkpoint was written."""


@dataclass(frozen=True)
class Proceeded:
    """The training goes on after a pause."""


@dataclass(frozen=True)
class RunResult:
    """How a training ended, with the figures of its last epoch; ``best`` holds those of its best one."""

    run: str
    status: Status
    epochs: int
    steps: int
    train_loss: float | None
    val_loss: float | None
    val_accuracy: float | None
    best: dict[str, Any]
    seconds: float
    samples_per_second: float
    device: str


@dataclass(frozen=True)
class Outcome:
    """The one end of a session; ``reason`` is a sentence where it failed, ``error`` what was raised.

    ``remedy`` says with what it can go on from its last checkpoint, where that is known.
    """

    status: Status
    reason: str = ""
    result: RunResult | None = None
    error: BaseException | None = None
    remedy: Remedy | None = None


@dataclass(frozen=True)
class Ended:
    """The session is over; nothing follows."""

    outcome: Outcome


@dataclass(frozen=True)
class Progress:
    """Where a training stands, for people to see; ``done`` of ``total`` counts within the phase."""

    phase: str = "Starting"
    done: int = 0
    total: int = 0
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    samples_per_second: float = 0.0
    seconds_left: float | None = None
    memory_bytes: int = 0
    device: str = ""


Event = (
    PhaseStarted
    | StageStarted
    | WeightsLoaded
    | Noticed
    | EpochEnded
    | LearningRateChanged
    | Extended
    | SnapshotTaken
    | NonFiniteCaught
    | Paused
    | Proceeded
    | Ended
)
