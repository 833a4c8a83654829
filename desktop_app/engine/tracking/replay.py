"""Hands a run that has ended to a tracker, from the run's own files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.api import Tracker
from desktop_app.engine.run import Run
from desktop_app.engine.tracking.description import describe_run
from desktop_app.engine.tracking.feed import Call, histogram_call
from desktop_app.errors import PluginError, RunError
from desktop_app.registry.asking import reason

# A tracker that sends over a network sends one block after the other.
BLOCK_POINTS = 10_000

Report = Callable[[str, int, int], None]
"""Called with the phase, the number of points handed over and their total."""


def _silent(phase: str, done: int, total: int) -> None:
    """Report to nobody."""


@dataclass
class Handed:
    """What a tracker was handed, and the ``place`` it says it wrote it to."""

    place: str = ""
    series: int = 0
    points: int = 0
    histograms: int = 0
    events: int = 0


def replay(run: Run, contribution: Tracker, hyper: Mapping[str, Any], report: Report = _silent) -> Handed:
    """Hand everything to a new tracker, on the calling thread, and return what it was.

    The tracker is told of the run as of one that begins, then series by series, the histograms, the events and the end.

    Raises: ``RunError`` where the run is being trained; ``PluginError`` where the tracker refuses or fails.
    """
    status = run.status
    if status == "running":
        raise RunError(
            f"The run {run.folder} is being trained; hand it over when it has ended, or name the tracker in "
            "training.trackers."
        )
    tracker = contribution.create(**hyper)
    handed = Handed()
    try:
        for method, arguments in _calls(run, status, handed, report):
            listener = getattr(tracker, method, None)
            if listener is not None:
                listener(*arguments)
            if method == "run_started":
                handed.place = str(getattr(tracker, "place", "") or "")
    except (PluginError, RunError):
        raise
    except Exception as error:
        raise PluginError(
            f"{contribution} could not take the run: {reason(error, None)} ({contribution.file})."
        ) from error
    return handed


def _calls(run: Run, status: str, handed: Handed, report: Report) -> Iterator[Call]:
    """Yield everything that a tracker is called with, counting it in ``handed``."""
    result = run.result
    yield "run_started", (describe_run(run.experiment, run.task, str(result.get("device") or ""), run.files), None)
    names = run.series_names()
    for place, name in enumerate(names):
        report("Handing over series", place, len(names))
        steps, values = run.series(name)
        handed.series += 1
        handed.points += len(steps)
        for start in range(0, len(steps), BLOCK_POINTS):
            yield "numbers", (name, steps[start : start + BLOCK_POINTS], values[start : start + BLOCK_POINTS])
    for name in run.histogram_names():
        for histogram in run.histograms(name):
            handed.histograms += 1
            yield histogram_call(name, histogram)
    for event in run.events():
        handed.events += 1
        yield "event", dataclasses.astuple(event)
    yield "run_ended", (status, {**result, "reason": run.reason})
