"""What is asked of trackers: whole runs taken without a fault, and nothing changed that belongs to the training."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from desktop_app.api.contributions import Tracker
from desktop_app.api.trackers import RunDescription, RunTracker
from desktop_app.errors import PluginError, nearest
from desktop_app.registry.conformance.check import Rule, RuleError

# What each method is called with.
_CALLS: dict[str, tuple[Any, ...]] = {
    "run_started": ("description", None),
    "numbers": ("name", "steps", "values"),
    "histogram": ("name", 1, 0.0, 1.0, "counts"),
    "event": (1, "kind", "text"),
    "went_back": (1,),
    "run_ended": ("finished", {}),
}
_RESULT = {
    "run": "the folder",
    "status": "finished",
    "epochs": 2,
    "steps": 20,
    "train_loss": 0.25,
    "val_loss": 0.5,
    "val_accuracy": 0.75,
    "best": {"epoch": 1, "step": 10, "val_loss": 0.4, "val_accuracy": 0.875},
    "seconds": 1.5,
    "samples_per_second": 640.0,
    "device": "cpu",
    "reason": "",
}
_WITHOUT_FIGURES = _RESULT | {"train_loss": None, "val_loss": None, "val_accuracy": None, "best": {}}


def listens(contribution: Tracker) -> str:
    """Return the methods that it has.

    Raises: ``RuleError`` for none, for one that cannot be called as it is, and for a name that is nearly right.
    """
    tracker, other = contribution.create(), contribution.create()
    if tracker is other:
        raise RuleError("its factory returns one object twice; each run needs a tracker of its own.")
    idle = {name: getattr(RunTracker, name) for name in _CALLS}
    found = [name for name in _CALLS if callable(getattr(tracker, name, None))]
    own = [name for name in found if getattr(getattr(tracker, name), "__func__", None) is not idle[name]]
    for name in dir(tracker):
        meant = nearest(name, [each for each in _CALLS if each not in own])
        close = meant is not None and _is_nearly(name, meant)
        if close and not name.startswith("_") and callable(getattr(tracker, name)):
            raise RuleError(f'it has a method "{name}", which is never called; did you mean "{meant}"?')
    if not own:
        raise RuleError(f"it listens to nothing; give it one of the methods {', '.join(_CALLS)}.")
    for name in own:
        try:
            inspect.signature(getattr(tracker, name)).bind(*_CALLS[name])
        except TypeError as error:
            raise RuleError(f"{name} cannot be called with {len(_CALLS[name])} arguments: {error}.") from error
    return ", ".join(own)


def _is_nearly(name: str, meant: str) -> bool:
    """Return whether two names differ by an ending or a letter, as *number* and *numbers* do."""
    return name != meant and (name.startswith(meant[:-2]) or meant.startswith(name)) and len(name) > 3


def takes_runs(contribution: Tracker) -> str:
    """Return what runs it was given: one to the end, resumed and rolled back, one that failed at once.

    Raises: ``RuleError`` where an array that it was given is another afterwards, or torch's generator was drawn from.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        state = torch.get_rng_state()
        description = _description(Path(home) / "probe-1")
        _tell(contribution, description, None, range(1, 13), "interrupted", _RESULT)
        _tell(contribution, description, 10, range(11, 21), "finished", _RESULT)
        failed = _description(Path(home) / "probe-2")
        _tell(contribution, failed, None, range(0), "failed", _WITHOUT_FIGURES | {"reason": "The loss is NaN."})
        if not torch.equal(state, torch.get_rng_state()):
            raise RuleError("it draws from torch's global generator, which changes the training; use one of your own.")
    return "an interrupted run, the same one resumed, and one that failed before its first step"


def _description(folder: Path) -> RunDescription:
    folder.mkdir()
    experiment = {
        "name": "probe",
        "data": {"source": "digits", "columns": ["a", "b"], "relabelled": [["a", "b"]]},
        "training": {
            "epochs": 2,
            "optimizer": {"name": "adam", "lr": 0.01},
            "schedule": "constant",
            "instruments": True,
        },
    }
    return RunDescription("probe", folder, experiment, "rows of 64 columns to 10 classes: 0, 1 and 8 more", "cpu")


def _tell(
    contribution: Tracker,
    description: RunDescription,
    resumed_at: int | None,
    steps: range,
    status: str,
    result: dict[str, Any],
) -> None:
    tracker = contribution.create()

    def call(name: str, *arguments: Any) -> None:
        before = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
        getattr(tracker, name, lambda *_: None)(*arguments)
        for was, now in zip(before, arguments, strict=True):
            if isinstance(now, np.ndarray) and not np.array_equal(was, now, equal_nan=now.dtype == np.float64):
                raise RuleError(f"{name} changes an array that it is given; copy it first.")

    call("run_started", description, resumed_at)
    call("event", resumed_at or 0, "stage", "training")
    if steps:
        numbers = np.array(steps, dtype=np.int64)
        values = np.exp(-numbers / 7.0)
        values[-2:] = np.nan, np.inf
        call("numbers", "train_loss", numbers, values)
        call("numbers", "gradient_norm/head.layers.0", numbers[:1], np.array([1e-30]))
        call("histogram", "weights/head.layers.0", steps[-1], -1.5, 2.5, np.array([3, 0, 5, 1], dtype=np.int64))
        call("went_back", steps[-3])
        call("numbers", "train_loss", numbers[-2:], np.array([0.5, 0.25]))
    call("run_ended", status, result)


def bad_values(contribution: Tracker) -> str:
    """Return a word on hyper-parameters. Raises: ``RuleError`` where one that makes no sense is swallowed."""
    wrong: list[dict[str, Any]] = [{"no_such_hyper_parameter": 1}]
    numbers = [parameter.name for parameter in contribution.parameters if parameter.kind in ("number", "integer")]
    wrong += [{name: value} for name in numbers for value in (float("nan"), "a text")]
    for hyper in wrong:
        try:
            contribution.check(hyper)
        except PluginError:
            continue
        raise RuleError(f"{hyper} is accepted in silence.")
    return "unknown names, and texts and NaN where numbers are asked for"


RULES = (
    Rule("listens to a run", listens),
    Rule("takes whole runs", takes_runs),
    Rule("refuses bad values", bad_values),
)
