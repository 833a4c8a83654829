"""A look at all samples before anything is trained: how many of each class, and what cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desktop_app.api import ProblemReport
from desktop_app.engine.data.pictures import check_pictures
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.prepare import load_samples
from desktop_app.registry import Registry


@dataclass(frozen=True)
class ScanReport:
    """``samples`` are those found, readable or not; ``counts`` how many each class has."""

    samples: int
    is_table: bool
    counts: tuple[tuple[str, int], ...]
    problems: tuple[ProblemReport, ...]


def scan(
    experiment: Experiment, registry: Registry, report: Callable[[int, int], None] = lambda done, total: None
) -> ScanReport:
    """Decode every picture, or read every row, and return what was found. ``report`` may raise to cancel."""
    # A scan lists what is unreadable instead of ending at the first.
    samples = load_samples(experiment.with_value("data.unreadable", "skip"), registry)
    problems = list(samples.problems)
    if samples.kind == "files":
        files = [Path(item) for item in samples.items]  # type: ignore[union-attr]
        found = check_pictures(files, lambda done: report(done, len(files)))
        problems += [ProblemReport(str(files[place]), problem) for place, problem in found.items()]
    counts = np.bincount(samples.labels, minlength=len(samples.classes)).tolist() if samples.classes else []
    pairs = tuple((name, int(count)) for name, count in zip(samples.classes, counts, strict=True))
    return ScanReport(len(samples), samples.kind == "table", pairs, tuple(problems))
