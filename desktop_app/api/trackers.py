"""What a tracker is told about a training, and what it may listen to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class RunDescription:
    """What is trained on what, as plain values.

    Attributes:
        name: The experiment's name; several runs may share it.
        folder: The run's folder, which no two runs share; its own name is NAME-N.
        experiment: The complete experiment, nested as it stands in TOML.
        task: What goes in and what comes out, in a few plain words.
        device: The name of the device that trains.
    """

    name: str
    folder: Path
    experiment: Mapping[str, Any]
    task: str
    device: str


class RunTracker:
    """Does nothing with what it is told: override what you care about.

    A tracker need not derive from this class; a method that it lacks is not called. All methods of one tracker are
    called on one thread of its own, never on the one that trains, so they may wait for a disk or a network. What they
    raise, and a queue that has grown too long, switches this tracker off for the run with a notice; the training goes
    on. Arrays must not be changed, and torch's global generator must not be drawn from.
    """

    place: str = ""
    """The folder or address that it writes to, once the run has started; people are told."""

    def run_started(self, description: RunDescription, resumed_at: int | None = None) -> None:
        """Take what is trained; the first call.

        Where a run goes on, ``resumed_at`` is the step of its checkpoint: what came after that step is void, and the
        numbers go on behind it. Where a finished run is handed over as a whole it is ``None``, as for a new one.
        """

    def numbers(self, name: str, steps: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Take the next points of a series, ``[points]`` each, in the order of their steps; several times a second.

        ``train_loss`` and ``lr`` have a point a step, ``val_loss`` and its like one an epoch, ``QUANTITY/LAYER`` one
        for each step that the layers' instruments looked at. Values may be NaN or infinite.
        """

    def histogram(self, name: str, step: int, low: float, high: float, counts: NDArray[np.int64]) -> None:
        """Take how the values of a tensor were spread: ``counts [bins]``, of equally wide bins from low to high."""

    def event(self, step: int, kind: str, text: str) -> None:
        """Take that something happened: a ``stage`` began, the ``learning_rate`` was changed by hand, and more."""

    def went_back(self, step: int) -> None:
        """Take that the training goes on from its state after ``step`` once more: what came later is void."""

    def run_ended(self, status: str, result: Mapping[str, Any]) -> None:
        """Take the end and close everything; the last call.

        ``status`` is ``finished``, ``stopped``, ``failed`` or ``interrupted``; an interrupted run may be resumed.
        ``result`` holds the last epoch's ``train_loss``, ``val_loss`` and ``val_accuracy`` (``None`` where there is no
        such figure), those of the ``best`` epoch, and ``epochs``, ``steps`` and ``seconds``; where the run failed,
        ``reason`` says why.
        """
