"""The calibration that a run's files were exported with, kept in the run for its best weights as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from desktop_app.engine.run import Run
from desktop_app.inference.metadata import Calibration
from desktop_app.store.metrics import MetricsWriter

if TYPE_CHECKING:
    from torch import Tensor, nn

_STATE = "calibration"


def remember_calibration(run: Run, calibration: Calibration | None) -> None:
    """Keep what the run's best weights were calibrated with, or forget it."""
    from desktop_app.engine.evaluation.stored import weights_digest

    if calibration is None and not run.files.state().get(_STATE):
        return
    content = calibration and {"weights": weights_digest(run), **json.loads(calibration.to_json())}
    writer = MetricsWriter(run.files.metrics)
    try:
        writer.set_state(_STATE, content)
    finally:
        writer.close()


def remembered_calibration(run: Run) -> Calibration | None:
    """Return what the run's best weights were calibrated with.

    ``None`` where they never were, and where they are others by now: a run that was extended has to be exported again.
    """
    from desktop_app.engine.evaluation.stored import weights_digest

    kept = run.files.state().get(_STATE)
    if not isinstance(kept, dict) or kept.get("weights") != weights_digest(run):
        return None
    try:
        return Calibration.from_json(json.dumps(kept))
    except ValueError:  # a run folder may come from a stranger
        return None


def divide_logits(network: nn.Module, temperature: float) -> None:
    """Make ``network`` give its logits divided by ``temperature``; its structure and state dict stay as they are."""
    if temperature != 1.0:
        network.register_forward_hook(_Divide(temperature))


class _Divide:
    """A forward hook; a class, so that a network with one can be copied and pickled."""

    def __init__(self, temperature: float) -> None:
        self.temperature = temperature

    def __call__(self, module: nn.Module, inputs: tuple[Any, ...], logits: Tensor) -> Tensor:
        return logits / self.temperature
