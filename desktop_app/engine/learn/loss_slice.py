"""A flat cut through the loss of somebody's own network, as a surface that optimizers can race on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from desktop_app.api import SplitNetwork
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.job import Job
from desktop_app.engine.learn.surfaces import Surface
from desktop_app.engine.prepare import prepare
from desktop_app.engine.run import Run
from desktop_app.registry import Registry

_SAMPLES, _POINTS = 256, 25
# A whole backbone takes about a second for these on a laptop; the smaller grid keeps it to minutes.
_HEAVY_SAMPLES, _HEAVY_POINTS = 16, 11
_START = (-0.8, 0.8)
# Whoever leaves this share of the way down from the start has arrived.
_ARRIVED = 0.02

Report = Callable[[float], None]
"""Called with the share that is done; may raise to cancel."""


@dataclass(frozen=True, eq=False)
class GridLoss:
    """Losses at the points of a grid over -1 to 1, and a smooth surface through them.

    Between the points it is Catmull and Rom's bicubic spline, which meets every point and has a continuous gradient;
    beyond the edge it rises with the square of the distance.

    Args:
        losses: ``float64 [points, points]``; the first axis is x.
    """

    losses: Tensor

    def __call__(self, points: Tensor) -> Tensor:
        """Return the losses ``[...]`` of points ``[..., 2]``."""
        number = len(self.losses)
        inside = points.clamp(-1.0, 1.0)
        places = (inside + 1.0) / 2.0 * (number - 1)
        cells = places.detach().nan_to_num().floor().clamp(0, number - 2)
        weights = _spline(places - cells)  # [..., 2, 4]
        around = (cells.long().unsqueeze(-1) + torch.arange(-1, 3)).clamp(0, number - 1)
        x, y = around.unbind(-2)
        values = self.losses[x.unsqueeze(-1), y.unsqueeze(-2)]  # [..., 4, 4]
        across, along = weights.unbind(-2)
        smooth = (values * across.unsqueeze(-1) * along.unsqueeze(-2)).sum((-1, -2))
        outside = ((points - inside) ** 2).sum(-1)
        return smooth + (self.losses.max() - self.losses.min()) * outside


def _spline(t: Tensor) -> Tensor:
    """Return the weights of the four points around a place that lies ``t`` past the second of them."""
    before = -0.5 * t + t**2 - 0.5 * t**3
    first = 1.0 - 2.5 * t**2 + 1.5 * t**3
    second = 0.5 * t + 2.0 * t**2 - 1.5 * t**3
    after = -0.5 * t**2 + 0.5 * t**3
    return torch.stack([before, first, second, after], -1)


def slice_of_draft(experiment: Experiment, registry: Registry, seed: int, report: Report) -> Surface:
    """Return the loss around the weights that a training of ``experiment`` would start from.

    Raises: as ``prepare``, where the experiment cannot be trained.
    """
    with torch.random.fork_rng():
        job = prepare(experiment, registry, lambda phase, done, total: report(0.0))
    return _surface(job, "initial", seed, report)


def slice_of_run(run: Run, registry: Registry, seed: int, report: Report) -> Surface:
    """Return the loss around the best weights of ``run``, on the data that it was trained on.

    Raises: as ``prepare``, where the data is gone; ``RunError`` where the weights are.
    """
    with torch.random.fork_rng():
        job = prepare(run.experiment, registry, lambda phase, done, total: report(0.0))
        job.model.load_state(run.load_model("best", registry).state())
    return _surface(job, "trained", seed, report)


def _surface(job: Job, weights: str, seed: int, report: Report) -> Surface:
    generator = torch.Generator().manual_seed(seed)
    network, inputs, targets, points = _cut_out(job, generator)
    parameters = {name: weight.detach() for name, weight in network.named_parameters()}
    first, second = (filter_normalised(parameters, generator) for _ in range(2))
    losses = torch.empty(points, points, dtype=torch.float64)
    places = torch.linspace(-1.0, 1.0, points).tolist()
    with torch.no_grad():
        for row, a in enumerate(places):
            for column, b in enumerate(places):
                moved = {name: weight + a * first[name] + b * second[name] for name, weight in parameters.items()}
                logits = functional_call(network, moved, (inputs,))
                losses[row, column] = float(job.model.answers.loss(logits, targets))
                report((row * points + column + 1) / points**2)
    # A cut may leave what a float can hold; the highest loss that can be drawn stands for what is beyond.
    finite = losses[losses.isfinite()]
    losses = losses.nan_to_num(*(3 * [float(finite.max()) if len(finite) else 1.0]))
    return _named(losses, weights, job.experiment.name, len(targets))


def _named(losses: Tensor, weights: str, name: str, samples: int) -> Surface:
    loss = GridLoss(losses)
    lowest = float(losses.min())
    row, column = divmod(int(losses.argmin()), len(losses))
    minimum = tuple(2.0 * place / (len(losses) - 1) - 1.0 for place in (row, column))
    at_start = float(loss(torch.tensor(_START, dtype=torch.float64)))
    return Surface(
        "own_loss",
        "Your own loss",
        f"A cut through the loss of {name} around its {weights} weights, on {samples} of its training samples.",
        r"L(w_0 + a\,d_1 + b\,d_2)",
        low=(-1.0, -1.0),
        high=(1.0, 1.0),
        start=_START,
        minima=((minimum[0], minimum[1]),),
        target=lowest + _ARRIVED * max(at_start - lowest, 1e-12),
        steps=200,
        loss=loss,
        axes=("a", "b"),
    )


def filter_normalised(parameters: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
    """Return a random direction in which every filter is as long as the network's own.

    So a step of 1 means the same in layers of any scale; biases and norms do not move (Li et al. 2018,
    arXiv:1712.09913, section 4).
    """
    direction = {}
    for name, weight in parameters.items():
        if weight.ndim < 2:
            direction[name] = torch.zeros_like(weight)
            continue
        drawn = torch.randn(weight.shape, generator=generator).to(weight)
        rest = tuple(range(1, weight.ndim))
        length = torch.linalg.vector_norm(drawn, dim=rest, keepdim=True)
        direction[name] = drawn / length * torch.linalg.vector_norm(weight, dim=rest, keepdim=True)
    return direction


def _cut_out(job: Job, generator: torch.Generator) -> tuple[nn.Module, Tensor, Tensor, int]:
    """Return the part that a training would train, one batch for it, its targets, and the grid's size.

    Dropout is off. Batch norm uses the statistics of this very batch, at the trained weights too: running ones would
    not follow the weights away from the middle.
    """
    network = job.model.network
    split = isinstance(network, SplitNetwork)
    frozen = split and bool(job.experiment.model.freeze)
    heavy = split and not frozen
    places = torch.from_numpy(job.split.training)
    number = min(len(places), _HEAVY_SAMPLES if heavy else _SAMPLES)
    chosen = places[torch.randperm(len(places), generator=generator)[:number]]
    raw = next(iter(job.source.batches([chosen])))
    for module in job.model.modules().values():
        module.eval()
    with torch.no_grad():
        inputs = job.model.preprocessing(raw)
        if frozen and isinstance(network, SplitNetwork):
            for block in network.blocks:
                inputs = block(inputs)
            network = network.head
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and number > 1:
            module.train()
            module.momentum = 0.0
    return network, inputs, job.targets[chosen.to(job.targets.device)], _HEAVY_POINTS if heavy else _POINTS
