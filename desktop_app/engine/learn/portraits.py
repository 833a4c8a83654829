"""One small picture of each kind of plugin, as numbers: a curve, a histogram or a course, with a sentence about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from desktop_app.api import Activation, Contribution, Initializer, Network, Normalization, Schedule
from desktop_app.engine.experiment import ModelSettings
from desktop_app.engine.learn.usage import input_shape
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.registry import Registry

Numbers = NDArray[np.float64]

SCHEDULE_STEPS = 1000
_EPOCH = 20
_LAYER = (256, 512)
_BINS = 60
# Where ``truncated`` cuts a normal distribution off, in its own standard deviations, and what is left of its spread.
_CUT, _CUT_STD = 2.0, 0.87962566103423978


@dataclass(frozen=True)
class Line:
    """One curve of a portrait."""

    title: str
    x: Numbers
    y: Numbers
    dashed: bool = False


@dataclass(frozen=True)
class Portrait:
    """Curves over one another with the names of their axes, and what can be said of them; maybe a text instead."""

    title: str
    bottom: str
    left: str
    lines: tuple[Line, ...] = ()
    said: str = ""
    text: str = ""


def portrait(contribution: Contribution, hyper: Mapping[str, Any], registry: Registry) -> Portrait | None:
    """Return the picture of a contribution with these settings, or ``None`` for kinds that have none here.

    Optimizers are drawn by ``forms.py``.

    Raises: whatever the plugin raises; ``PluginError`` where it refuses a setting.
    """
    if isinstance(contribution, Activation):
        return _activation(contribution, hyper)
    if isinstance(contribution, Initializer):
        return _initializer(contribution, hyper)
    if isinstance(contribution, Normalization):
        return _normalization(contribution, hyper)
    if isinstance(contribution, Schedule):
        return _schedule(contribution, hyper)
    if isinstance(contribution, Network) and not _has_backbone(contribution):
        return _network(contribution, hyper, registry)
    return None


def _has_backbone(contribution: Network) -> bool:
    return any(parameter.name == "backbone" for parameter in contribution.parameters)


def _activation(contribution: Activation, hyper: Mapping[str, Any]) -> Portrait:
    inputs = torch.linspace(-5.0, 5.0, 501, dtype=torch.float64, requires_grad=True)
    outputs = contribution.create(**hyper).double()(inputs)
    (slopes,) = torch.autograd.grad(outputs.sum(), inputs)
    x, y, slope = (numbers.detach().numpy() for numbers in (inputs, outputs, slopes))
    flat = float(np.mean(slope == 0))
    said = f"From {y.min():.3g} to {y.max():.3g} on this stretch; slope {slope.min():.3g} to {slope.max():.3g}."
    if flat > 0.01:
        said += f" Flat over {flat:.0%} of it: no gradient passes there."
    return Portrait("Value and slope", "x", "f(x)", (Line("f", x, y), Line("slope f′", x, slope, dashed=True)), said)


def _initializer(contribution: Initializer, hyper: Mapping[str, Any]) -> Portrait:
    with own_random_numbers(0):
        weight = torch.empty(_LAYER)
        contribution.apply(weight, **hyper)
    values = weight.double().flatten().numpy()
    std = float(values.std())
    out, into = _LAYER
    title = f"Weights of a layer from {into} to {out} units"
    if not std > 0:
        return Portrait(title, "weight", "density", said=f"All weights are {values[0]:.4g}.")
    x, density = _density(values)
    shape = str(hyper.get("distribution", "normal"))
    theory = _theory(x, std, shape)
    said = (
        f"Standard deviation {std:.4f}. For comparison: √(2/n_in) = {math.sqrt(2 / into):.4f}, "
        f"√(2/(n_in+n_out)) = {math.sqrt(2 / (into + out)):.4f}, √(1/n_in) = {math.sqrt(1 / into):.4f}."
    )
    lines = (Line("drawn", x, density), Line(f"{shape}, same spread", x, theory, dashed=True))
    return Portrait(title, "weight", "density", lines, said)


def _density(values: Numbers) -> tuple[Numbers, Numbers]:
    """Return the middles of equal bins and the density in each."""
    reach = float(np.abs(values).max()) * 1.15 or 1.0
    density, edges = np.histogram(values, bins=_BINS, range=(-reach, reach), density=True)
    return (edges[1:] + edges[:-1]) / 2, density


def _theory(x: Numbers, std: float, shape: str) -> Numbers:
    if shape == "uniform":
        return np.where(np.abs(x) <= math.sqrt(3) * std, 1 / (2 * math.sqrt(3) * std), 0.0)
    wide = std / _CUT_STD if shape == "truncated" else std
    density = np.exp(-((x / wide) ** 2) / 2) / (wide * math.sqrt(2 * math.pi))
    if shape == "truncated":
        inside = math.erf(_CUT / math.sqrt(2))
        density = np.where(np.abs(x) <= _CUT * wide, density / inside, 0.0)
    return density


def _normalization(contribution: Normalization, hyper: Mapping[str, Any]) -> Portrait:
    generator = torch.Generator().manual_seed(0)
    middles = torch.linspace(-4.0, 6.0, 16)
    spreads = torch.linspace(0.5, 2.0, 16)
    with own_random_numbers(0):
        norm = contribution.create(16, 0, **hyper).train()
    before = torch.randn(256, 16, generator=generator) * spreads + middles
    with torch.no_grad():
        after = norm(before)
    x = np.linspace(-8.0, 10.0, 73)
    lines = []
    for title, values, dashed in (("before", before, True), ("after", after, False)):
        density, _ = np.histogram(values.double().numpy(), bins=len(x), range=(-8.125, 10.125), density=True)
        lines.append(Line(title, x, density, dashed))
    said = (
        f"256 samples of 16 features, each with a mean and spread of its own. Before: mean {before.mean():.2f}, "
        f"standard deviation {before.std():.2f}; after: {_zero(after.mean())} and {after.std():.2f}. First feature: "
        f"{before[:, 0].mean():.2f} before, {_zero(after[:, 0].mean())} after."
    )
    return Portrait("All values of a layer", "value", "density", tuple(lines), said)


def _zero(value: torch.Tensor) -> str:
    return f"{float(value) + 0.0:.2f}".replace("-0.00", "0.00")


def _schedule(contribution: Schedule, hyper: Mapping[str, Any]) -> Portrait:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
    schedule = contribution.create(optimizer, SCHEDULE_STEPS, **hyper)
    watches = isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau)
    rates = np.empty(SCHEDULE_STEPS)
    losses = np.empty(SCHEDULE_STEPS)
    for step in range(SCHEDULE_STEPS):
        rates[step] = optimizer.param_groups[0]["lr"]
        losses[step] = max(1.0 - step / 300, 0.4)
        optimizer.step()
        if not watches:
            schedule.step()
        elif step % _EPOCH == _EPOCH - 1:
            schedule.step(losses[step])
    steps = np.arange(SCHEDULE_STEPS, dtype=float)
    lines = [Line("learning rate", steps, rates)]
    said = f"Starts at {rates[0]:.3g} of the learning rate, ends at {rates[-1]:.2g}; highest {rates.max():.3g}."
    if watches:
        lines.append(Line("validation loss", steps, losses, dashed=True))
        said += f" It is told the validation loss after each epoch, here of {_EPOCH} steps."
    return Portrait(f"Course over {SCHEDULE_STEPS:,} steps", "step", "share of the learning rate", tuple(lines), said)


def _network(contribution: Network, hyper: Mapping[str, Any], registry: Registry) -> Portrait:
    shape = input_shape(contribution)
    with own_random_numbers(0):
        network = contribution.create(shape, 10, ChosenParts(ModelSettings(), registry), **hyper)
    weights = sum(weight.numel() for weight in network.parameters())
    inputs = f"{shape[0]} columns" if len(shape) == 1 else f"pictures of {shape[1]} × {shape[2]} pixels"
    said = f"{weights:,} parameters for {inputs} and 10 classes, with batch norm and ReLU."
    return Portrait("Layers", "", "", said=said, text=str(network))
