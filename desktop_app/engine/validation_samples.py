"""The validation samples of a run, read again from where its data lies, as raw values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import Samples, Table
from desktop_app.engine.data.pictures import decode, fit_array, in_threads
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.run import Run
from desktop_app.engine.task import PictureInput, TableInput, Task
from desktop_app.errors import DataError
from desktop_app.registry import Registry

# What is compared where the run has no validation samples: as many of those it was trained on.
_WITHOUT_VALIDATION = 200


@dataclass(frozen=True)
class ValidationSamples:
    """Raw values by place, as files give them; ``targets`` are places of classes, or the numbers of a regression."""

    items: Sequence[Any] | NDArray[Any]
    targets: NDArray[Any]
    task: Task
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """The places of the classes; ``None`` for a regression."""
        return self.targets if self.task.is_classification else None

    def batches(self, size: int) -> Iterator[NDArray[Any]]:
        """Yield raw values, ``uint8 [batch, height, width, 3]`` or ``float32 [batch, columns]``, decoding files."""
        into = self.task.input
        for start in range(0, len(self), size):
            part = self.items[start : start + size]
            if not isinstance(into, PictureInput):
                yield np.asarray(part, dtype=np.float32)
            elif isinstance(part, np.ndarray):
                yield fit_array(part, into)
            else:
                yield np.stack(list(in_threads(lambda file: decode(Path(file), into), part)))


def validation_samples(run: Run, registry: Registry) -> ValidationSamples:
    """Return the samples that the run was validated on.

    Raises: ``DataError`` where the data is not there any more or is not what it was.
    """
    split = run.files.read_json(run.files.split)
    return named_samples(run, registry, split["validation"] or split["training"][:_WITHOUT_VALIDATION])


def named_samples(run: Run, registry: Registry, wanted: Sequence[str]) -> ValidationSamples:
    """Return the samples of these names, in this order, from the run's own data.

    Raises: ``DataError`` where the data is not there any more or is not what it was.
    """
    samples = load_samples(run.experiment, registry)
    task = run.task
    names = list(samples.names) or [str(place) for place in range(len(samples))]
    place_of = {str(name): place for place, name in enumerate(names)}
    missing = [name for name in wanted if name not in place_of]
    if missing or samples.classes != task.classes:
        what = f'"{missing[0]}" is missing' if missing else "the classes differ"
        raise DataError(
            f"The data is not what the run {run.folder.name} was trained on: {what}. Bring it back and try again."
        )
    places = [place_of[name] for name in wanted]
    return ValidationSamples(_at(samples, places), samples.labels[places], task, tuple(wanted))


def all_samples(run: Run, registry: Registry, data: Path) -> ValidationSamples:
    """Return all samples of other data, ``data`` being a folder or a file such as the one that was trained on.

    Raises: ``DataError`` where it cannot be read, or where it has a class or a column that the run does not know.
    """
    task = run.task
    samples = load_samples(_as_trained(run.experiment, task, data), registry)
    if unknown := [name for name in samples.classes if name not in task.classes]:
        known = ", ".join(task.classes)
        raise DataError(f'{data} has the class "{unknown[0]}", which the run was not trained on. It knows: {known}.')
    targets = samples.labels
    if samples.classes:  # other data may have fewer classes: the same name is another place
        targets = np.array([task.classes.index(samples.classes[label]) for label in samples.labels], dtype=np.int64)
    items = _at(samples, list(range(len(samples))))
    if isinstance(samples.items, Table) and isinstance(task.input, TableInput):
        items = _recoded(samples.items, task.input, data)
    names = tuple(str(name) for name in samples.names) or tuple(map(str, range(len(samples))))
    return ValidationSamples(items, targets, task, names)


def _as_trained(experiment: Experiment, task: Task, data: Path) -> Experiment:
    """Return the experiment on other data, read as the run's own was: the same kinds of columns and answers."""
    kind = "classification" if task.is_classification else "regression"
    # What was left out, relabelled or kept together is named after the run's own samples.
    chosen: dict[str, Any] = {"excluded": (), "relabelled": (), "group": ""}
    changed: dict[str, Any] = {"path": str(data.absolute()), "task": kind, **chosen}
    if isinstance(task.input, TableInput):
        changed["categorical"] = tuple(task.input.vocabularies)
        if experiment.data.source.name == "table":
            changed["columns"] = task.input.names  # also where this data alone would not show what a column holds
    return experiment.model_copy(update={"data": experiment.data.model_copy(update=changed)})


def _recoded(table: Table, to: TableInput, data: Path) -> NDArray[np.float32]:
    """Return a table's values in the columns and vocabularies that the run was trained with."""
    missing = [name for name in to.names if name not in table.names]
    if missing:
        raise DataError(f'{data} lacks the column "{missing[0]}", which the run was trained on.')
    columns = []
    for name in to.names:
        if name in table.vocabularies and name not in to.vocabularies:
            raise DataError(f'{data} holds texts in the column "{name}", where the run was trained on numbers.')
        column = table.values[:, table.names.index(name)]
        if name in to.vocabularies:
            place_of = {word: place for place, word in enumerate(to.vocabularies[name])}
            words = table.vocabularies.get(name, ())
            places = np.array([place_of.get(word, -1) for word in words] + [-1], dtype=np.float32)
            column = places[column.astype(np.int64)]  # -1, a missing value, finds the last entry
        columns.append(column)
    return np.stack(columns, axis=1).astype(np.float32)


def _at(samples: Samples, places: list[int]) -> Sequence[Any] | NDArray[Any]:
    if isinstance(samples.items, Table):
        return samples.items.values[places]
    if isinstance(samples.items, np.ndarray):
        return samples.items[places]
    return [samples.items[place] for place in places]
