"""Writes a training's checkpoints and reads them back: ``last.ckpt`` to go on from, ``best.ckpt`` to use."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from desktop_app.engine.device import random_state
from desktop_app.engine.job import Job
from desktop_app.engine.position import Position
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.stepper import Stepper
from desktop_app.errors import RunError
from desktop_app.store.checkpoints import load_checkpoint, save_checkpoint
from desktop_app.store.run_folder import RunFolder

# The contract promises a checkpoint every five seconds; a slow step and the writing itself take their part.
CHECKPOINT_SECONDS = 4.0
_FORM = 1
_PARTS = {"position", "model", "stepper", "sums", "random"}


class Keeper:
    """The checkpoints of one training; ``clock`` says when one has become old, in seconds."""

    def __init__(
        self, job: Job, folder: RunFolder, recorder: Recorder, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._job = job
        self._folder = folder
        self._recorder = recorder
        self._clock = clock
        self._saved = clock()

    @property
    def is_due(self) -> bool:
        """Whether the last checkpoint has become old."""
        return self._clock() - self._saved > CHECKPOINT_SECONDS

    def save_last(
        self, position: Position, stepper: Stepper | None, sums: Tensor, earlier: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Write everything that going on bit for bit needs; ``stepper`` is ``None`` between two stages.

        Numbers are made durable first: a resumed run deletes those past its checkpoint, it cannot make up missing ones.

        Args:
            earlier: What ``content`` returned earlier, of places that the training may go back to.
        """
        self._recorder.flush()
        self._recorder.commit()
        if self._recorder.first_non_finite is not None:
            return  # weights that were stepped with a non-finite loss are not worth keeping
        if stepper is not None and not stepper.is_finite:
            return  # nor are those that a step has made infinite: the next loss will say so
        content = self.content(position, stepper, sums)
        save_checkpoint(self._folder.last, {**content, "earlier": list(earlier)} if earlier else content)
        self._saved = self._clock()

    def content(self, position: Position, stepper: Stepper | None, sums: Tensor) -> dict[str, Any]:
        """Return everything that going on bit for bit needs; the tensors are the training's own."""
        return {
            "form": _FORM,
            "position": position.to_dict(),
            "model": self._job.model.state(),
            "stepper": stepper.state() if stepper else None,
            "sums": sums,
            "random": random_state(self._job.device),
        }

    def save_best(self, figures: dict[str, Any]) -> None:
        """Write the weights as they are now, which evaluation has just seen."""
        save_checkpoint(self._folder.best, self._weights(figures))

    def save_snapshot(self, position: Position, stepper: Stepper) -> str:
        """Write the weights that would be evaluated now into a file of their own; its name in the run's folder.

        Those that are trained come back to the bit. Raises: ``RunError`` where the disk refuses.
        """
        path = self._folder.snapshot(position.step)
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise RunError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
        stepper.evaluating(begins=True)
        try:
            save_checkpoint(path, self._weights({"epoch": position.epochs_done, "step": position.step}))
        finally:
            stepper.evaluating(begins=False)
        return path.relative_to(self._folder.path).as_posix()

    def _weights(self, figures: dict[str, Any]) -> dict[str, Any]:
        return {"form": _FORM, "figures": figures, "model": self._job.model.state()}

    def load_last(self) -> dict[str, Any]:
        """Read what ``save_last`` wrote. Raises ``RunError`` where the file holds something else."""
        content = load_checkpoint(self._folder.last)
        if content.get("form") != _FORM or not content.keys() >= _PARTS:
            raise RunError(f"The checkpoint {self._folder.last} is not one that this Downslope can go on from.")
        content["position"].pop("kept_features", None)  # of versions whose features had other bits where not kept
        return content

    def best_figures(self) -> dict[str, Any]:
        """Read the figures of the epoch that ``save_best`` kept; empty where there is none."""
        try:
            figures = load_checkpoint(self._folder.best).get("figures")
        except RunError:
            return {}  # what is missing or broken is written anew after the next epoch that is better
        if not isinstance(figures, dict) or "train_loss" not in figures or not isinstance(figures.get("epoch"), int):
            return {}  # kept at a stop within the first epoch
        return figures

    @property
    def has_best(self) -> bool:
        """Whether a best epoch was kept."""
        return self._folder.best.exists()
