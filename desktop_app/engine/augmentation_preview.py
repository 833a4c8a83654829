"""What training sees: some pictures of the data, each changed several times as a training would change it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from desktop_app.api import Samples
from desktop_app.engine.data.augment import Augmentation
from desktop_app.engine.data.mixing import Mixing
from desktop_app.engine.data.pictures import decode, fit_array
from desktop_app.engine.data.settle import settle, task_of
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.engine.preview import split_samples
from desktop_app.engine.task import PictureInput
from desktop_app.errors import DataError
from desktop_app.registry import Registry

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Version:
    """A changed picture, ``uint8 [height, width, 3]``, and which classes it is trained as, the largest share first."""

    picture: Picture
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class PreviewRow:
    """A picture as it is and as training sees it; ``label`` is its class, or its number in a regression."""

    name: str
    label: str
    picture: Picture
    versions: tuple[Version, ...]


def preview_augmented(
    samples: Samples, experiment: Experiment, registry: Registry, *, rows: int = 6, versions: int = 5, seed: int = 0
) -> list[PreviewRow]:
    """Return some training pictures, of as many classes as there are rows, with ``versions`` of each.

    Drawn from ``seed`` alone: torch's own generator, and with it a training on another thread, is left alone. Mixed
    pictures are mixed with that of the row above, the first one with that of the last.
    Raises: ``ExperimentError`` as training would; ``DataError`` for a table, or where a picture cannot be read.
    """
    if samples.kind == "table":
        raise DataError("A table has no pictures to change.")
    settled = settle(experiment, samples, registry)
    into = _picture_input(settled, samples, registry)
    places = _chosen(samples, experiment, rows, seed)
    pictures = _read(samples, places, into)
    labels = torch.from_numpy(samples.labels[places])
    data = experiment.data
    augmentation = Augmentation(data.augment, into.height, into.width) if data.augment != "none" else None
    mixing = Mixing(data.mix, len(samples.classes)) if data.mix != "none" else None
    drawn: list[list[Version]] = [[] for _ in places]
    with own_random_numbers(seed):
        for _ in range(versions):
            raw, targets = torch.from_numpy(pictures), labels
            if augmentation is not None:
                raw = augmentation(raw)
            if mixing is not None:
                raw, targets = mixing(raw, targets)
            changed = raw.round().to(torch.uint8) if raw.is_floating_point() else raw
            for row, (picture, target) in enumerate(zip(changed.numpy(), targets, strict=True)):
                drawn[row].append(Version(np.ascontiguousarray(picture), _shares(samples, target)))
    return [
        PreviewRow(
            str(samples.names[place]) if samples.names else str(place),
            samples.classes[int(samples.labels[place])] if samples.classes else f"{samples.labels[place]:g}",
            picture,
            tuple(of_row),
        )
        for place, picture, of_row in zip(places, pictures, drawn, strict=True)
    ]


def _picture_input(experiment: Experiment, samples: Samples, registry: Registry) -> PictureInput:
    """Return how pictures are made to fit, without loading the backbone's weights."""
    unloaded = experiment.model_copy(update={"model": experiment.model.model_copy(update={"weights": "random"})})
    with torch.device("meta"):
        _, task = task_of(unloaded, samples, registry, ChosenParts(unloaded.model, registry))
    assert isinstance(task.input, PictureInput)
    return task.input


def _chosen(samples: Samples, experiment: Experiment, rows: int, seed: int) -> list[int]:
    """Return places of training samples: one of each class, and where classes are many, of some of them."""
    training = split_samples(samples, experiment).training
    generator = np.random.default_rng(seed)
    if not samples.classes:
        return sorted(generator.permutation(training)[:rows].tolist())
    present = np.unique(samples.labels[training])
    some = np.sort(generator.permutation(present)[:rows])
    return [int(generator.choice(training[samples.labels[training] == label])) for label in some]


def _read(samples: Samples, places: list[int], into: PictureInput) -> Picture:
    if samples.kind == "pictures":
        return np.ascontiguousarray(fit_array(np.asarray(samples.items)[places], into))
    return np.stack([decode(Path(samples.items[place]), into) for place in places])  # type: ignore[index]


def _shares(samples: Samples, target: torch.Tensor) -> tuple[tuple[str, float], ...]:
    if not samples.classes:
        return ()
    if target.ndim == 0:
        return ((samples.classes[int(target)], 1.0),)
    found = [(samples.classes[place], float(share)) for place, share in enumerate(target) if share > 0]
    return tuple(sorted(found, key=lambda each: -each[1]))
