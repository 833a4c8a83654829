"""Signals and gradients through the network that an experiment would train, before its first step, on its samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from desktop_app.api import PluginError, Samples, SplitNetwork, Table
from desktop_app.engine.data.pictures import fit_array, read_pictures
from desktop_app.engine.data.settle import settle, task_of
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.learn.signal_theory import TROUBLE_FACTOR
from desktop_app.engine.networks.answers import Answers
from desktop_app.engine.networks.build import Model, build_model
from desktop_app.engine.networks.layers import WITH_WEIGHTS, layers_of
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.networks.preprocessing import PicturePreprocessing, TablePreprocessing
from desktop_app.engine.own_randomness import own_random_numbers
from desktop_app.engine.sheet import Sheet
from desktop_app.engine.task import PictureInput, Task
from desktop_app.errors import DownslopeError
from desktop_app.registry import Registry

# Enough that a standard deviation over them is good to a tenth, few enough that nobody waits.
_SAMPLES = 64


@dataclass(frozen=True)
class LayerSignal:
    """One layer with weights: the standard deviations of what it gives and of the loss's gradient there.

    ``signal`` is taken over the samples (root mean square over the units): what all samples have in common tells none
    from another. ``gradient`` is a root mean square over both.
    """

    name: str
    kind: str
    signal: float
    gradient: float


@dataclass(frozen=True)
class OwnSignals:
    """All layers with weights in the order they run; the last one gives the logits.

    ``head_only``: the network has a backbone, which brings its own weights; only what is new was looked at, with
    Gaussian numbers in place of features.
    """

    layers: tuple[LayerSignal, ...]
    head_only: bool = False

    @property
    def hidden(self) -> tuple[LayerSignal, ...]:
        """The layers before the last."""
        return self.layers[:-1]

    @property
    def signal_left(self) -> float:
        """What is left behind the last hidden layer of the signal behind the first, as a factor."""
        return _ratio(self.hidden[-1].signal, self.hidden[0].signal) if self.hidden else 1.0

    @property
    def gradient_left(self) -> float:
        """What is left at the first hidden layer of the gradient at the last, as a factor."""
        return _ratio(self.hidden[0].gradient, self.hidden[-1].gradient) if self.hidden else 1.0

    @property
    def distance(self) -> float:
        """How far from keeping both, in natural logarithms: 0 is perfect."""
        return max(distance_of(self.signal_left), distance_of(self.gradient_left))

    @property
    def matters(self) -> bool:
        """Whether the two ends differ by more than one learning rate can serve."""
        return self.distance > float(np.log(TROUBLE_FACTOR))

    def in_words(self) -> str:
        """Return what becomes of signal and gradient, in a sentence; an empty text where there is one layer alone."""
        if len(self.hidden) < 2:
            return ""
        what = "the new head's " if self.head_only else ""
        over = f"Over {what}{len(self.hidden)} hidden layers"
        signal, gradient = _change(self.signal_left), _change(self.gradient_left)
        return f"{over} the signal {signal}, and the gradient on its way back {gradient}."

    def sheet(self) -> Sheet:
        """Return a row a layer."""
        rows = [(layer.name, layer.kind, layer.signal, layer.gradient) for layer in self.layers]
        return Sheet(("layer", "type", "signal_std", "gradient_rms"), rows)


def own_signals(
    experiment: Experiment, registry: Registry, samples: Samples, between: Callable[[], None] = lambda: None
) -> OwnSignals:
    """Return the signals of the very weights that training would begin with.

    Nothing is downloaded and torch's generator is left alone. ``between`` may raise to end it.
    Raises: ``DownslopeError`` where the network cannot be built or its samples cannot be read.
    """
    return Probe(experiment, registry, samples, between).measure(experiment)


class Probe:
    """Builds networks for one set of samples and looks into them; the samples are read once."""

    def __init__(
        self, experiment: Experiment, registry: Registry, samples: Samples, between: Callable[[], None]
    ) -> None:
        self._registry, self._samples, self._between = registry, samples, between
        self._places = np.random.default_rng(experiment.training.seed).permutation(len(samples))[:_SAMPLES]
        self._raw: dict[Any, tuple[Tensor, Tensor]] = {}

    def measure(self, experiment: Experiment) -> OwnSignals:
        """Build the network with the experiment's seed, send samples through and the loss's gradient back."""
        self._between()
        experiment = settle(experiment, self._samples, self._registry)
        if experiment.model.backbone is not None:
            return self._measure_head(experiment)
        parts = ChosenParts(experiment.model, self._registry)
        experiment, task = task_of(experiment, self._samples, self._registry, parts)
        raw, targets = self._batch(task)
        with own_random_numbers(experiment.training.seed):
            model = build_model(experiment, task, self._registry, parts=parts)
            self._fit(model, raw, targets)
            self._between()
            with torch.no_grad():
                inputs = model.preprocessing(raw)
            return OwnSignals(_look_into(model.network, model.answers, inputs, targets))

    def _measure_head(self, experiment: Experiment) -> OwnSignals:
        """Look at what is new on top of a backbone, whose weights are neither loaded nor drawn."""
        unloaded = experiment.model.model_copy(update={"weights": "random"})
        experiment = experiment.model_copy(update={"model": unloaded})
        with torch.device("meta"):
            parts = ChosenParts(experiment.model, self._registry)
            experiment, task = task_of(experiment, self._samples, self._registry, parts)
            model = build_model(experiment, task, self._registry, parts=parts)
            if not isinstance(model.network, SplitNetwork) or not isinstance(task.input, PictureInput):
                return OwnSignals((), head_only=True)
            network, side = model.network, task.input
            network.blocks.eval()
            with torch.no_grad():
                features = model.preprocessing(torch.empty((2, side.height, side.width, 3), dtype=torch.uint8))
                for block in network.blocks:
                    features = block(features)
        head = network.head.to_empty(device="cpu")
        with own_random_numbers(experiment.training.seed):
            for module in head.modules():
                if callable(reset := getattr(module, "reset_parameters", None)):
                    reset()
            parts.initialize(head)
            inputs = torch.randn(_SAMPLES, *features.shape[1:])
            targets = torch.from_numpy(np.asarray(self._samples.labels)[self._places])
            answers = Answers(task.output)
            answers.fit(targets)
            inputs = inputs[: len(targets)]
            return OwnSignals(_look_into(head, answers, inputs, targets), head_only=True)

    def _batch(self, task: Task) -> tuple[Tensor, Tensor]:
        """Return raw values and targets of a few samples; pictures that cannot be read are left out."""
        key = task.input.model_dump_json()
        if key not in self._raw:
            items, places = self._samples.items, self._places
            if isinstance(items, Table):
                raw = torch.from_numpy(items.values[places])
            elif self._samples.kind == "pictures":
                assert isinstance(task.input, PictureInput)
                raw = torch.from_numpy(fit_array(np.asarray(items)[places], task.input))
            else:
                assert isinstance(task.input, PictureInput)
                read = read_pictures([Path(items[place]) for place in places], task.input, lambda done: self._between())
                kept = [place for place in range(len(places)) if place not in read.problems]
                raw, places = torch.from_numpy(read.pictures[kept]), places[kept]
            labels = np.asarray(self._samples.labels)[places]
            self._raw[key] = raw, torch.from_numpy(labels)
        return self._raw[key]

    def _fit(self, model: Model, raw: Tensor, targets: Tensor) -> None:
        """Take the statistics that training would take; for pictures, of these few alone."""
        model.answers.fit(targets)
        if isinstance(model.preprocessing, TablePreprocessing) and isinstance(self._samples.items, Table):
            model.preprocessing.fit(torch.from_numpy(self._samples.items.values))
        elif isinstance(model.preprocessing, PicturePreprocessing):
            pictures = raw.to(torch.float32) / 255.0
            model.preprocessing.mean.copy_(pictures.mean((0, 1, 2)).reshape(1, 3, 1, 1))
            model.preprocessing.std.copy_(pictures.std((0, 1, 2)).clamp(min=1e-3).reshape(1, 3, 1, 1))


def _look_into(network: nn.Module, answers: Answers, inputs: Tensor, targets: Tensor) -> tuple[LayerSignal, ...]:
    names: dict[nn.Module, str] = {
        layer: name for layer, name in layers_of(network).items() if isinstance(layer, WITH_WEIGHTS)
    }
    outputs: dict[nn.Module, Tensor] = {}

    def note(layer: nn.Module, _: Any, output: Tensor) -> None:
        outputs.setdefault(layer, output)

    handles = [layer.register_forward_hook(note) for layer in names]
    # float64, in which no gradient can vanish unseen.
    network.to(torch.float64).train()
    answers.to(torch.float64)
    try:
        with torch.enable_grad():
            logits = network(inputs.to(torch.float64))
            gradients = torch.autograd.grad(answers.loss(logits, targets), list(outputs.values()), allow_unused=True)
    except DownslopeError:
        raise
    except Exception as error:  # a plugin's border: said in a sentence
        raise PluginError(f"The network cannot be run: {type(error).__name__}: {error}") from error
    finally:
        for handle in handles:
            handle.remove()
    found = []
    for (layer, output), gradient in zip(outputs.items(), gradients, strict=True):
        signal = float(output.detach().var(0, correction=0).mean().sqrt())
        size = 0.0 if gradient is None else float(gradient.square().mean().sqrt())
        found.append(LayerSignal(names[layer], type(layer).__name__, signal, size))
    return tuple(found)


def _ratio(number: float, by: float) -> float:
    return number / by if by > 0 else (1.0 if number == by else float("inf"))


def distance_of(factor: float) -> float:
    """Return how far a factor is from 1, in natural logarithms."""
    return abs(float(np.log(factor))) if factor > 0 and np.isfinite(factor) else float("inf")


def _change(factor: float) -> str:
    if 1.0 / 3.0 <= factor <= 3.0:
        return "keeps its size"
    return f"{'shrinks' if factor < 1.0 else 'grows'} {times_in_words(factor)}"


def times_in_words(factor: float) -> str:
    """Return how many times something shrank or grew: ``640 times``, ``10^12 times``."""
    if not np.isfinite(factor) or factor <= 0:
        return "beyond all numbers"
    larger = max(factor, 1.0 / factor)
    return f"{larger:,.0f} times" if larger < 1e6 else f"10^{np.log10(larger):.0f} times"
