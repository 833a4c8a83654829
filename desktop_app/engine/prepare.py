"""Turns an experiment into a job: samples, split, network and both ends, checked before anything is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from desktop_app.api import PluginError, ProblemReport, Samples, SplitNetwork, Table
from desktop_app.engine.data.chosen_samples import chosen_samples, take
from desktop_app.engine.data.feature_cache import FeatureCache, features_folder
from desktop_app.engine.data.pictures import check_pictures, fit_array, read_pictures
from desktop_app.engine.data.sample_names import name_pictures
from desktop_app.engine.data.settle import load_options, settle, task_of
from desktop_app.engine.data.sources import FromFiles, InMemory, Source
from desktop_app.engine.data.split import Split, split_samples
from desktop_app.engine.device import choose_device, memory_for_data
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.job import Job, plan_stages
from desktop_app.engine.networks.build import Model, build_model, network_hyper, network_of
from desktop_app.engine.networks.fetching import ensure_weights
from desktop_app.engine.networks.layers import layers_with_weights
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.networks.preprocessing import PicturePreprocessing, TablePreprocessing
from desktop_app.engine.task import PictureInput, Task
from desktop_app.errors import DataError, ExperimentError
from desktop_app.registry import Registry

Report = Callable[[str, int, int], None]
"""Called with the phase, the number done and the total; may raise to cancel."""

_STATISTICS_FROM = 2000


def _silent(phase: str, done: int, total: int) -> None:
    """Report to nobody."""


def load_samples(experiment: Experiment, registry: Registry) -> Samples:
    """Ask the experiment's data source for its samples, and leave out or relabel those that the experiment names.

    Raises: ``DataError`` where there is nothing to learn from; ``ExperimentError`` where a sample to leave out is not
        there; ``PluginError`` where the source itself fails.
    """
    # Who only looks at samples, as an evaluation does, needs none of the programs that followed the training.
    unfollowed = experiment.training.model_copy(update={"trackers": ()})
    experiment.model_copy(update={"training": unfollowed}).check(registry)
    source = registry.data_sources[experiment.data.source.name]
    folder = Path(experiment.data.path) if experiment.data.path else None
    try:
        samples: Samples = source.create(folder, **load_options(experiment, registry))
    except PluginError as error:
        if isinstance(error.__cause__, DataError):
            raise error.__cause__ from error
        raise
    if not len(samples):
        raise DataError(f"{experiment.data.path or source} holds no samples.")
    samples = chosen_samples(samples, experiment.data)
    if samples.classes and len(np.unique(samples.labels)) < 2:
        only = samples.classes[int(samples.labels[0])]
        raise DataError(
            f'All {len(samples)} samples are of one class, "{only}"; at least two are needed to tell apart.'
        )
    return samples


@dataclass(frozen=True)
class _Gathered:
    """Samples with those left out that could not be read, and where their values come from."""

    samples: Samples
    source: Source


def prepare(experiment: Experiment, registry: Registry, report: Report = _silent) -> Job:
    """Make the job. Draws weights from torch's global generator, which it seeds from ``training.seed``.

    Raises: ``ExperimentError``, ``DataError`` or ``PluginError``, each before anything was trained or written.
    """
    report("Reading data", 0, 0)
    choose_device(experiment.training.device)
    return prepare_samples(experiment, load_samples(experiment, registry), registry, report)


def prepare_samples(
    experiment: Experiment,
    samples: Samples,
    registry: Registry,
    report: Report = _silent,
    seed: Callable[[int], object] = torch.manual_seed,
) -> Job:
    """Make the job of samples that were loaded already.

    ``seed`` is called before weights are drawn; what draws them from a generator of its own seeds that one.
    Raises: as ``prepare``.
    """
    device = choose_device(experiment.training.device)
    experiment = settle(experiment, samples, registry)
    parts = ChosenParts(experiment.model, registry)
    _fetch_weights(experiment, registry, report)
    seed(experiment.training.seed)
    experiment, task = task_of(experiment, samples, registry, parts)
    gathered = _gather(experiment, samples, task, device, report)
    samples, source = gathered.samples, gathered.source
    data = experiment.data
    split = split_samples(samples, data.validation, data.test, data.seed, data.group)
    targets = torch.from_numpy(samples.labels).to(torch.int64 if samples.classes else torch.float32)

    report("Building the network", 0, 0)
    seed(experiment.training.seed)
    model = build_model(experiment, task, registry, parts=parts)
    _fit_ends(model, source, split, targets)
    _refuse_what_cannot_train(experiment, model, split)
    stages = plan_stages(experiment, model.network)
    return Job(
        experiment=experiment,
        registry=registry,
        task=task,
        device=device,
        model=model.to(device),
        source=source,
        targets=targets.to(device),
        split=split,
        names=samples.names or [str(place) for place in range(len(samples))],
        stages=stages,
        problems=samples.problems,
        weights_reports=parts.weights_reports,
    )


def _fetch_weights(experiment: Experiment, registry: Registry, report: Report) -> None:
    hyper = network_hyper(experiment.model, network_of(experiment, registry))
    if "backbone" in hyper:
        ensure_weights(registry.backbones[hyper["backbone"]], hyper.get("weights", "random"), report)


def _gather(experiment: Experiment, samples: Samples, task: Task, device: torch.device, report: Report) -> _Gathered:
    """Bring the samples' values to the device, or arrange for their files to be read while training."""
    if isinstance(samples.items, Table):
        return _Gathered(samples, InMemory(torch.from_numpy(samples.items.values).to(device)))
    assert isinstance(task.input, PictureInput)
    if samples.kind == "pictures":
        fitted = fit_array(np.asarray(samples.items), task.input)
        return _Gathered(samples, InMemory(torch.from_numpy(fitted).to(device)))
    files = [Path(item) for item in samples.items]
    size = len(files) * task.input.height * task.input.width * 3
    phase = "Reading pictures"
    if size <= memory_for_data(device):
        read = read_pictures(files, task.input, lambda done: report(phase, done, len(files)))
        kept = _readable(experiment, samples, read.problems)
        pictures = read.pictures if not read.problems else read.pictures[kept]
        return _Gathered(_only(samples, kept, read.problems), InMemory(torch.from_numpy(pictures).to(device)))
    problems = _unreadable(experiment, files, task.input, lambda done: report("Checking pictures", done, len(files)))
    kept = _readable(experiment, samples, problems)
    streamed = FromFiles([files[place] for place in kept], task.input, device)
    return _Gathered(_only(samples, kept, problems), streamed)


def _unreadable(
    experiment: Experiment, files: list[Path], to: PictureInput, report: Callable[[int], None]
) -> dict[int, str]:
    """Return why files cannot be read, by place; where features are kept, files that are known are not read again."""
    if not (experiment.model.freeze and experiment.training.cache_features):
        return check_pictures(files, report)
    with FeatureCache(features_folder()) as cache:
        return name_pictures(files, to, cache, report).problems


def _readable(experiment: Experiment, samples: Samples, problems: dict[int, str]) -> list[int]:
    if problems and experiment.data.unreadable == "fail":
        first = next(iter(problems.values()))
        more = f" So do {len(problems) - 1} more." if len(problems) > 1 else ""
        raise DataError(f'{first.rstrip(".")}, or set data.unreadable = "skip".{more}')
    kept = [place for place in range(len(samples)) if place not in problems]
    if not kept:
        raise DataError("None of the pictures can be read.")
    return kept


def _only(samples: Samples, kept: list[int], problems: dict[int, str]) -> Samples:
    """Return the samples at ``kept``, the others as problems."""
    if not problems:
        return samples
    reports = tuple(ProblemReport(str(samples.names[place]), problem) for place, problem in problems.items())
    return replace(take(samples, kept), problems=(*samples.problems, *reports))


def _fit_ends(model: Model, source: Source, split: Split, targets: torch.Tensor) -> None:
    """Take statistics of the training samples, and of no others, into the two ends of the model."""
    training = torch.from_numpy(split.training)
    model.answers.fit(targets[training])
    if isinstance(model.preprocessing, TablePreprocessing):
        model.preprocessing.fit(next(source.batches([training])).cpu())
    elif isinstance(model.preprocessing, PicturePreprocessing) and not isinstance(model.network, SplitNetwork):
        # Evenly from all of them: samples often lie class by class.
        some = training[:: -(-len(training) // _STATISTICS_FROM)]
        pictures = next(source.batches([some])).cpu().to(torch.float32) / 255.0
        model.preprocessing.mean.copy_(pictures.mean((0, 1, 2)).reshape(1, 3, 1, 1))
        model.preprocessing.std.copy_(pictures.std((0, 1, 2)).clamp(min=1e-3).reshape(1, 3, 1, 1))


def _refuse_what_cannot_train(experiment: Experiment, model: Model, split: Split) -> None:
    if experiment.model.freeze and not isinstance(model.network, SplitNetwork):
        raise ExperimentError("model.freeze", "the network has no backbone to freeze; leave it out.")
    if experiment.data.views and experiment.data.augment == "none":
        raise ExperimentError("data.views", 'there are none without augmentation; set data.augment to "light", or 0.')
    if experiment.data.views and not experiment.model.freeze:
        raise ExperimentError("data.views", "only a frozen backbone's are computed once; set it to 0.")
    refuse_too_many_layers(experiment, model.network)
    # A thawed backbone's norms keep their statistics (see ``Stage``); what is trained from the start needs a batch.
    frozen = experiment.model.freeze and isinstance(model.network, SplitNetwork)
    learning = model.network.head if frozen else model.network
    assert isinstance(learning, nn.Module)
    has_batch_norm = any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in learning.modules())
    if has_batch_norm and experiment.training.batch_size == 1:
        sentence = "1 sample a batch has no variance for batch_norm; take 2 or more, or another normalization."
        raise ExperimentError("training.batch_size", sentence)
    if has_batch_norm and experiment.training.micro_batch == 1:
        sentence = "1 sample at a time has no variance for batch_norm; take 2 or more, or another normalization."
        raise ExperimentError("training.micro_batch", sentence)
    if has_batch_norm and len(split.training) == 1:
        raise DataError(
            "One sample to train on has no variance for batch_norm; add samples, or take another normalization."
        )


def refuse_too_many_layers(experiment: Experiment, network: nn.Module) -> None:
    """Raise ``ExperimentError`` where fine-tuning asks for more layers than the backbone has."""
    if experiment.fine_tuning and not experiment.model.adapters:  # there are as many adapters as were asked for
        blocks = network.blocks if isinstance(network, SplitNetwork) else nn.ModuleList()
        most, wanted = layers_with_weights(blocks), experiment.fine_tuning.unfreeze_last
        if wanted > most:
            raise ExperimentError(
                "fine_tuning.unfreeze_last", f"the backbone has {most} layers with weights, got {wanted}."
            )
