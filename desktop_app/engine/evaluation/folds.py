"""An honest expectation from few pictures: the run's head trained anew in folds, each judged on what it never saw.

What is trained is the run's own recipe for the first stage - the same head, optimizer, schedule, epochs and seed - on
what the frozen backbone makes of each picture once. Augmentation and fine-tuning are left out, and nothing is chosen by
looking at what a fold is judged on. Pictures kept apart to test take no part.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from torch import nn

from desktop_app.api import Samples, SplitNetwork
from desktop_app.engine.data.frozen_features import FrozenFeatures
from desktop_app.engine.data.sources import Source
from desktop_app.engine.data.split import Split
from desktop_app.engine.evaluation.intervals import accuracy_interval
from desktop_app.engine.evaluation.predictions import Predictions
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.job import Job
from desktop_app.engine.learn.brief_training import brief_job, train_briefly
from desktop_app.engine.networks.build import Model
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.run import Run
from desktop_app.engine.task import PictureInput
from desktop_app.errors import DataError
from desktop_app.registry import Registry

FOLDS = 5
FEWER_THAN = 1000
"""From as many pictures on, the validation split alone says enough."""

Report = Callable[[str, int, int], None]
"""Called with the phase, the number done and the total; may raise to cancel."""
_BATCH = 512
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Folds:
    """``predictions`` holds each picture's answer by the network that did not see it; ``per_fold`` the accuracies."""

    predictions: Predictions
    per_fold: tuple[float, ...]

    @property
    def accuracy(self) -> float:
        """The share of all pictures that was right, 0 to 1."""
        return float(self.predictions.right.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval; see ``accuracy_interval``. Pictures of one group make it wider than it says."""
        return accuracy_interval(int(self.predictions.right.sum()), len(self.predictions))


def reason_against_folds(run: Run) -> str:
    """Return why folds make no sense for ``run``, in a sentence; an empty text where they do."""
    experiment, task = run.experiment, run.task
    split = run.files.read_json(run.files.split)
    pictures = len(split["training"]) + len(split["validation"])
    if not task.is_classification or not isinstance(task.input, PictureInput):
        return "Folds are for pictures with classes."
    if experiment.model.backbone is None or (experiment.model.weights == "random" and not experiment.model.freeze):
        return "Folds train a new head on a backbone that stays as it is; this network has none."
    if pictures >= FEWER_THAN:
        return f"With {pictures:,} pictures the validation pictures alone say enough."
    return ""


def evaluate_in_folds(
    run: Run, registry: Registry, report: Report = lambda phase, done, total: None, folds: int = FOLDS
) -> Folds:
    """Train and judge the run's head in stratified folds, on the processor.

    Raises: ``DataError`` where a class has a single picture or the features do not fit into memory; what ``prepare``
    raises where data or weights are not there any more.
    """
    split = run.files.read_json(run.files.split)
    samples = _without(load_samples(run.experiment, registry), set(split["test"]))
    # Only the source that a plain run has is asked for: nothing is split off here.
    job = brief_job(_plain(run.experiment), registry, replace(samples, validation=None))
    labels = job.targets.numpy()
    places = fold_places(labels, folds, _groups(samples, job.names))
    features = _features(job, report)
    answers = np.full((len(labels), len(run.classes)), np.nan, dtype=np.float32)
    per_fold = []
    for number, held_out in enumerate(places):
        rest = np.setdiff1d(np.arange(len(labels)), held_out)

        def between(number: int = number) -> None:
            report("Training in folds", number, len(places))

        answers[held_out] = _trained(job, features, rest, held_out, run, between)
        per_fold.append(float((answers[held_out].argmax(axis=1) == labels[held_out]).mean()))
    report("Training in folds", len(places), len(places))
    names = tuple(str(name) for name in job.names)
    return Folds(Predictions("folds", names, run.classes, labels, answers), tuple(per_fold))


def fold_places(
    labels: NDArray[np.int64], folds: int, groups: NDArray[Any] | None = None
) -> tuple[NDArray[np.int64], ...]:
    """Return which places each fold is judged on: classes in equal shares, and what is of one group in one fold.

    There are fewer folds where the smallest class has fewer pictures.
    Raises: ``DataError`` where a class has a single picture.
    """
    smallest = int(np.unique(labels, return_counts=True)[1].min())
    if smallest < 2:
        raise DataError("A class has a single picture, which cannot be learned and judged at once; add some.")
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    cut = kind(min(folds, smallest), shuffle=True, random_state=0).split(labels, labels, groups)
    return tuple(held_out for _, held_out in cut if len(held_out))


def _plain(experiment: Experiment) -> Experiment:
    data = experiment.data.model_copy(update={"augment": "none", "mix": "none", "views": 0, "test": 0.0})
    model = experiment.model.model_copy(update={"adapters": 0})
    return experiment.model_copy(update={"data": data, "model": model, "fine_tuning": None})


def _without(samples: Samples, names: set[str]) -> Samples:
    """Return the samples that are not among ``names``."""
    called = list(samples.names) or [str(place) for place in range(len(samples))]
    kept = [place for place, name in enumerate(called) if str(name) not in names]
    items = cast(Any, samples.items)
    picked = items[kept] if isinstance(items, np.ndarray) else [items[place] for place in kept]
    changed: dict[str, Any] = {"items": picked, "labels": samples.labels[kept], "names": [called[at] for at in kept]}
    if (groups := getattr(samples, "groups", None)) is not None and len(groups):
        changed["groups"] = np.asarray(groups)[kept]
    return replace(samples, validation=None, **changed)


def _groups(samples: Samples, names: Sequence[str]) -> NDArray[Any] | None:
    """Return the groups of the samples of these names, where the source gives any."""
    groups = getattr(samples, "groups", None)
    if groups is None or not len(groups):
        return None
    group_of = {str(name): group for name, group in zip(samples.names, groups, strict=True)}
    return np.array([group_of[str(name)] for name in names])


def _features(job: Job, report: Report) -> Source:
    network = job.model.network
    assert isinstance(network, SplitNetwork)
    network.blocks.eval()
    end = len(network.blocks)
    return FrozenFeatures(job, report, lambda sentence: None).at(end, [end], None)


def _trained(
    job: Job,
    features: Source,
    training: NDArray[np.int64],
    held_out: NDArray[np.int64],
    run: Run,
    between: Callable[[], None],
) -> NDArray[np.float32]:
    """Train a new head on the features of ``training`` and return its answers for ``held_out``."""
    network = job.model.network
    assert isinstance(network, SplitNetwork)
    head = copy.deepcopy(network.head)
    head.requires_grad_(True)
    plan = job.stages[0]
    epochs = plan.epochs
    if run.experiment.training.early_stopping:  # as long as the run itself went on getting better
        epochs = max(1, min(epochs, int((run.result.get("best") or {}).get("epoch") or epochs)))
    only_head = replace(
        job,
        source=features,
        model=Model(cast(Any, nn.Identity()), head, job.model.answers),
        split=Split(training, _NONE, _NONE),
        stages=(replace(plan, epochs=epochs, frozen=False),),
    )
    batch = job.experiment.training.batch_size
    steps_an_epoch = -(-len(training) // batch)
    if len(training) > batch > 1 == len(training) % batch:
        steps_an_epoch -= 1  # a last single sample joins the batch before it
    train_briefly(only_head, epochs * steps_an_epoch, between)
    head.eval()
    with torch.no_grad():
        inputs = torch.cat(list(features.batches(torch.split(torch.from_numpy(held_out), _BATCH))))
        answers = job.model.answers(head(inputs))
    found: NDArray[np.float32] = answers.numpy()
    return found
