"""What a run was trained on, in figures: how many samples of each class are in each part of the split."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.prepare import load_samples
from desktop_app.engine.run import Run
from desktop_app.errors import DataError
from desktop_app.registry import Registry

PARTS = ("training", "validation", "test")


@dataclass(frozen=True)
class DataFacts:
    """``source`` is what the samples came from, without the folders above it; ``sizes`` counts samples by part.

    ``per_class`` counts them by class and part, as far as they are still where they were; empty for a regression.
    """

    source: str
    sizes: dict[str, int]
    per_class: dict[str, dict[str, int]]


def data_facts(run: Run, registry: Registry) -> DataFacts:
    """Count a run's samples. Those that are gone since are in ``sizes`` alone."""
    data = run.experiment.data
    split: dict[str, list[str]] = run.files.read_json(run.files.split)
    per_class: dict[str, dict[str, int]] = {}
    if run.classes:
        try:
            samples = load_samples(run.experiment, registry)
        except DataError:
            samples = None
        if samples is not None and samples.classes == run.classes:
            names = samples.names or [str(place) for place in range(len(samples))]
            class_of = {
                str(name): samples.classes[int(label)] for name, label in zip(names, samples.labels, strict=True)
            }
            counted = {part: Counter(class_of.get(name) for name in split[part]) for part in PARTS}
            per_class = {label: {part: counted[part][label] for part in PARTS} for label in run.classes}
    where = f'"{Path(data.path).name}" ({data.source.name})' if data.path else data.source.name
    return DataFacts(where, {part: len(split[part]) for part in PARTS}, per_class)
