"""What a run's best network answers for samples that it is judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import ValidationSamples
from desktop_app.registry import Registry

Part = Literal["validation", "training", "test", "folds", "other"]
Report = Callable[[int, int], None]
"""Called with the number done and the total; may raise to cancel."""

_BATCH = 32


@dataclass(frozen=True, eq=False)
class Predictions:
    """Answers for samples, in their order.

    ``part`` says which samples these are: those validated on, those trained on (where none were validated on), those
    kept apart to test, all but those in folds, or other data. ``targets`` are places of classes (``int64``) or the
    numbers of a regression (``float32``). ``answers`` are probabilities, ``float32 [samples, classes]``, or numbers,
    ``[samples, 1]``; a network that diverged may have given NaN.
    """

    part: Part
    names: tuple[str, ...]
    classes: tuple[str, ...]
    targets: NDArray[np.int64] | NDArray[np.float32]
    answers: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Where the answer is all finite numbers."""
        return np.asarray(np.isfinite(self.answers).all(axis=1))

    @cached_property
    def guessed(self) -> NDArray[np.int64]:
        """The likeliest class of each sample; -1 where the answer is no number."""
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        likeliest = np.nan_to_num(self.answers, nan=-1.0).argmax(axis=1)
        return np.where(self.usable, likeliest, -1).astype(np.int64)

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the likeliest class, 0 to 1; 0 where the answer is no number."""
        if not len(self):
            return np.zeros(0)
        highest = np.nan_to_num(self.answers, nan=0.0, posinf=0.0, neginf=0.0).max(axis=1)
        return np.where(self.usable, np.clip(highest, 0.0, 1.0), 0.0).astype(np.float64)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Where the likeliest class is the sample's own; an answer that is no number is wrong."""
        return np.asarray(self.guessed == self.targets)


def predict_samples(
    run: Run,
    registry: Registry,
    samples: ValidationSamples,
    part: Part,
    report: Report = lambda done, total: None,
) -> Predictions:
    """Run ``samples`` through the run's best network, batch by batch, on the best device there is.

    Raises: ``RunError`` where there is no network, ``DataError`` where a sample cannot be read.
    """
    import torch

    from desktop_app.engine.device import choose_device

    device = choose_device("auto")
    model = run.load_model("best", registry).to(device)
    answers, done = [], 0
    report(0, len(samples))
    with torch.no_grad():
        for raw in samples.batches(_BATCH):
            values = model.preprocessing(torch.from_numpy(raw).to(device))
            if values.ndim == 4:  # twice as fast on processors with the networks that ship
                values = values.contiguous(memory_format=torch.channels_last)
            answers.append(model.answers(model.network(values)).to("cpu", torch.float32).numpy())
            done += len(raw)
            report(done, len(samples))
    width = max(len(run.classes), 1)
    found = np.concatenate(answers) if answers else np.zeros((0, width), dtype=np.float32)
    return Predictions(part, samples.names, run.classes, np.asarray(samples.targets), found)
