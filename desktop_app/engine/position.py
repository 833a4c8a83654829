"""Where a training stands: plain numbers that a checkpoint holds and a resumed run goes on from."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Position:
    """How far the loop is. Sums over the epoch under way live beside it, on the device.

    ``stage_epochs`` are the epochs of each stage, extensions included. ``best`` holds the figures of the best epoch.
    ``best_ahead`` holds those of the epoch whose weights are kept, where it came after the checkpoint that is gone on
    from: the same way comes by it again.
    ``left_out`` are the samples of the epoch under way whose steps were left out because they were not finite, and
    ``left_out_in_a_row`` the steps just before this one; ``refused`` are steps that are left out when they are come by
    again, with the reason. ``rolled_back`` counts how often the training went back and lowered its learning rate,
    the last time to the step ``rolled_back_to``.
    """

    stage_epochs: list[int]
    stage: int = 0
    epoch: int = 0
    step_in_epoch: int = 0
    step: int = 0
    epochs_done: int = 0
    samples_seen: int = 0
    seconds: float = 0.0
    since_best: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    best: dict[str, Any] = field(default_factory=dict)
    best_ahead: dict[str, Any] = field(default_factory=dict)
    left_out: int = 0
    left_out_in_a_row: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    rolled_back: int = 0
    rolled_back_to: int = -1

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for a checkpoint."""
        return asdict(self)

    def go_back_to(self, values: dict[str, Any]) -> None:
        """Stand again where ``to_dict`` gave ``values``.

        What was decided or found out since then is kept: extensions, steps to leave out, the seconds that were spent,
        and the best epoch, whose weights lie in their file.
        """
        kept = ("stage_epochs", "seconds", "best", "best_ahead", "refused", "rolled_back", "rolled_back_to")
        for name, value in values.items():
            if name not in kept:
                setattr(self, name, value)

    def step_taken(self) -> None:
        """Count a step."""
        self.step += 1
        self.step_in_epoch += 1
        self.left_out_in_a_row = 0

    def step_left_out(self, samples: int) -> None:
        """Count a step that taught nothing."""
        self.step += 1
        self.step_in_epoch += 1
        self.left_out += samples
        self.left_out_in_a_row += 1

    @property
    def epochs(self) -> int:
        """The epochs of all stages."""
        return sum(self.stage_epochs)

    def next_stage(self) -> None:
        """Go on with the next stage."""
        self.stage += 1
        self.epoch = self.step_in_epoch = self.since_best = self.left_out = 0

    @property
    def best_kept(self) -> dict[str, Any]:
        """The figures of the epoch whose weights are kept."""
        return self.best_ahead or self.best

    def take_over_best(self, kept: dict[str, Any], *, is_same_way: bool) -> None:
        """Stand by what is kept as the best model, which may be of a later epoch than the checkpoint.

        Args:
            kept: Its figures; empty where none is kept.
            is_same_way: Whether the steps from here on are those that led to it.
        """
        self.best_ahead = {}
        if not kept or repr(kept) == repr(self.best):  # as text: NaN is not equal to itself
            return
        is_replaced_anyway = is_same_way or kept.get("val_loss") is None
        if is_replaced_anyway and kept["epoch"] > self.epochs_done:
            self.best_ahead = kept  # not ranked, for early stopping to count as it did
        else:
            self.best, self.since_best = kept, 0

    def end_epoch(self, figures: dict[str, Any]) -> bool:
        """Count an epoch with its figures. Returns whether it is the best so far."""
        self.epoch += 1
        self.epochs_done += 1
        self.step_in_epoch = self.left_out = 0
        self.last = {"epoch": self.epochs_done, "step": self.step, **figures}
        if not self.best or _rank(self.last) > _rank(self.best):
            self.best, self.best_ahead = dict(self.last), {}
            self.since_best = 0
            return True
        self.since_best += 1
        if self.best_ahead and self.epochs_done >= self.best_ahead["epoch"]:
            # Not quite the same way, on another device perhaps: the file still holds the better epoch.
            self.best, self.best_ahead, self.since_best = self.best_ahead, {}, 0
        return False


def _rank(figures: dict[str, Any]) -> tuple[float, float]:
    """Return what a better epoch has more of: accuracy, then less loss; without validation, the later one is better."""
    accuracy, loss = figures.get("val_accuracy"), figures.get("val_loss")
    if loss is None:
        return (float(figures["epoch"]), 0.0)
    # A validation loss of NaN compares with nothing: it ranks below every other.
    return (accuracy if accuracy is not None else 0.0, -loss if math.isfinite(loss) else -math.inf)
