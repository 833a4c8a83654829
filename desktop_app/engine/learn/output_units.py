"""One sigmoid unit beside two softmax units at the output of a classifier of two classes.

Softmax of two logits is the sigmoid of their difference, so both can say exactly the same, and trained alike they
decide alike; the sigmoid does it with half of the last layer's weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from desktop_app.api import Samples, Table
from desktop_app.engine.data.sources import in_batches
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.job import Job
from desktop_app.engine.learn.brief_training import BriefTraining, brief_job, train_briefly
from desktop_app.engine.learn.gaussian import Numbers
from desktop_app.engine.learn.two_classes import Shape, two_classes
from desktop_app.engine.sheet import Sheet
from desktop_app.registry import Registry

_GRID = 120
_MARGIN = 0.15
_BATCH = 512


@dataclass(frozen=True)
class Plane:
    """Probabilities of the second class over a plane, ``[y, x]`` at the places ``x`` and ``y``."""

    x: Numbers
    y: Numbers
    softmax: Numbers
    sigmoid: Numbers

    @property
    def agreement(self) -> float:
        """The share of the plane on which both decide alike."""
        return float(((self.softmax > 0.5) == (self.sigmoid > 0.5)).mean())


@dataclass(frozen=True)
class OutputComparison:
    """Both trained alike.

    ``probabilities`` of the second class: one row a sample, softmax and sigmoid. ``equality`` is the largest difference
    between the softmax network's probabilities and the sigmoid of the difference of its own two logits. ``points`` are
    the samples where there are two numbers to each, and ``plane`` lies under them.
    """

    classes: tuple[str, str]
    labels: NDArray[np.int64]
    probabilities: Numbers
    softmax: BriefTraining
    sigmoid: BriefTraining
    softmax_parameters: int
    sigmoid_parameters: int
    equality: float
    points: Numbers | None = None
    plane: Plane | None = None

    @property
    def agreement(self) -> float:
        """The share of the samples on which both decide alike."""
        decided = self.probabilities > 0.5
        return float((decided[:, 0] == decided[:, 1]).mean())

    @property
    def right(self) -> tuple[float, float]:
        """The share of all samples that softmax and sigmoid get right."""
        right = (self.probabilities > 0.5) == (self.labels == 1)[:, None]
        return float(right[:, 0].mean()), float(right[:, 1].mean())

    @property
    def saved(self) -> int:
        """How many parameters the single unit does without."""
        return self.softmax_parameters - self.sigmoid_parameters

    def sheet(self) -> Sheet:
        """Return a row a sample."""
        rows = [
            (*([] if self.points is None else self.points[place].tolist()), self.classes[label], first, second)
            for place, (label, (first, second)) in enumerate(
                zip(self.labels.tolist(), self.probabilities.tolist(), strict=True)
            )
        ]
        header = () if self.points is None else ("x", "y")
        return Sheet((*header, "class", "softmax", "sigmoid"), rows)


def toy_experiment(layers: tuple[int, ...] = (16, 16), seed: int = 0, learning_rate: float = 0.01) -> Experiment:
    """Return an experiment for points in a plane; its samples are given beside it."""
    return Experiment.from_dict(
        {
            "data": {"source": "table", "target": "class"},
            "model": {"kind": "mlp", "layers": list(layers), "activation": "tanh", "initializer": "xavier"},
            "training": {"seed": seed, "optimizer": {"name": "adam", "lr": learning_rate}},
        }
    )


def compare_outputs(
    registry: Registry,
    experiment: Experiment,
    samples: Samples,
    steps: int = 300,
    *,
    alike: bool = True,
    between: Callable[[], None] = lambda: None,
) -> OutputComparison:
    """Train the experiment's network twice, with either output, everything else alike.

    With ``alike`` the sigmoid's network begins with the softmax's weights, its one unit with the difference of the two.
    Raises: ``DownslopeError`` where the experiment cannot be trained; ``ValueError`` for other than two classes.
    """
    if len(samples.classes) != 2:
        raise ValueError(f"samples must be of two classes, got {len(samples.classes)}")
    jobs = {output: _job(experiment, registry, samples, output) for output in ("softmax", "sigmoid")}
    if alike:
        _begin_alike(jobs["softmax"].model.network, jobs["sigmoid"].model.network)
    trained = {output: train_briefly(job, steps, between) for output, job in jobs.items()}
    softmax_logits = _logits(jobs["softmax"], between)
    probabilities = np.stack(
        [_second(jobs["softmax"], softmax_logits), _second(jobs["sigmoid"], _logits(jobs["sigmoid"], between))], axis=1
    )
    difference = (softmax_logits[:, 1] - softmax_logits[:, 0]).sigmoid().numpy().astype(np.float64)
    names = (str(samples.classes[0]), str(samples.classes[1]))
    points, plane = None, None
    if isinstance(samples.items, Table) and samples.items.values.shape[1] == 2 and not samples.items.vocabularies:
        points = np.asarray(samples.items.values, dtype=np.float64)
        if np.isfinite(points).all():
            plane = _plane(jobs, points)
    return OutputComparison(
        classes=names,
        labels=jobs["softmax"].targets.numpy(),
        probabilities=probabilities,
        softmax=trained["softmax"],
        sigmoid=trained["sigmoid"],
        softmax_parameters=_parameters(jobs["softmax"]),
        sigmoid_parameters=_parameters(jobs["sigmoid"]),
        equality=float(np.abs(probabilities[:, 0] - difference).max()),
        points=points if plane is not None else None,
        plane=plane,
    )


def compare_on_points(
    registry: Registry, shape: Shape, seed: int = 0, steps: int = 300, between: Callable[[], None] = lambda: None
) -> OutputComparison:
    """Compare both outputs on points in a plane."""
    return compare_outputs(registry, toy_experiment(seed=seed), two_classes(shape, seed=seed), steps, between=between)


def _job(experiment: Experiment, registry: Registry, samples: Samples, output: str) -> Job:
    model = experiment.model.model_copy(update={"output": output})
    return brief_job(experiment.model_copy(update={"model": model}), registry, samples)


def _begin_alike(two_units: nn.Module, one_unit: nn.Module) -> None:
    """Give ``one_unit`` the other's weights; where it has one row for two, their difference."""
    given = two_units.state_dict()
    with torch.no_grad():
        for name, mine in one_unit.state_dict().items():
            other = given.get(name)
            if other is None:
                continue
            if other.shape == mine.shape:
                mine.copy_(other)
            elif len(other) == 2 and len(mine) == 1 and other.shape[1:] == mine.shape[1:]:
                mine.copy_(other[1:] - other[:1])


def _logits(job: Job, between: Callable[[], None]) -> Tensor:
    job.model.network.eval()
    found = []
    batches = in_batches(torch.arange(len(job.source)), _BATCH)
    with torch.no_grad():
        for raw in job.source.batches(batches):
            between()
            found.append(job.model.logits(raw))
    return torch.cat(found)


def _second(job: Job, logits: Tensor) -> Numbers:
    with torch.no_grad():
        return np.asarray(job.model.answers(logits)[:, 1].numpy(), dtype=np.float64)


def _plane(jobs: dict[Any, Job], points: Numbers) -> Plane:
    low, high = points.min(0), points.max(0)
    margin = _MARGIN * np.where(high > low, high - low, 1.0)
    x, y = (np.linspace(low[axis] - margin[axis], high[axis] + margin[axis], _GRID) for axis in (0, 1))
    raw = torch.from_numpy(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32))
    grids: dict[Literal["softmax", "sigmoid"], Numbers] = {}
    for output, job in jobs.items():
        job.model.network.eval()
        with torch.no_grad():
            grids[output] = _second(job, job.model.logits(raw)).reshape(_GRID, _GRID)
    return Plane(x, y, grids["softmax"], grids["sigmoid"])


def _parameters(job: Job) -> int:
    return sum(parameter.numel() for parameter in job.model.network.parameters())
