"""The highest learning rate that still trains: with a normalization and without, before the activation or after it.

Each point is a real training of the network ``mlp`` on the embedded digits, a few hundred steps long.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from desktop_app.api import Samples
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.learn.brief_training import brief_job, train_briefly
from desktop_app.engine.learn.gaussian import Numbers
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.sheet import Sheet
from desktop_app.registry import Registry

TRAINS_BELOW = 0.5
"""A learning rate trains where the median over the seeds of the final loss, the mean of the last tenth of the steps, is
below this share of the loss of guessing evenly: half of the uncertainty is gone."""


@dataclass(frozen=True)
class Setting:
    """One curve: a normalization (``"none"``, or a plugin's name with its hyper-parameters) and its place."""

    title: str
    normalization: str = "none"
    hyper: Mapping[str, Any] = field(default_factory=dict)
    place: Literal["before", "after"] = "before"


@dataclass(frozen=True)
class SweepPlan:
    """What is tried: every setting at every rate with every seed, everything else alike.

    ``optimizer``, ``activation`` and ``initializer`` are choices as an experiment has them; the optimizer's ``lr`` is
    what is swept.
    """

    settings: tuple[Setting, ...]
    rates: tuple[float, ...]
    layers: tuple[int, ...] = (64, 64, 64)
    optimizer: Any = "sgd"
    activation: Any = "relu"
    initializer: Any = "he"
    steps: int = 200
    seeds: int = 3
    batch_size: int = 64

    def experiment(self, setting: Setting, rate: float, seed: int) -> Experiment:
        """Return the experiment of one trial."""
        optimizer = self.optimizer if isinstance(self.optimizer, Mapping) else {"name": self.optimizer}
        return Experiment.from_dict(
            {
                "data": {"source": "digits"},
                "model": {
                    "kind": "mlp",
                    "layers": list(self.layers),
                    "activation": self.activation,
                    "initializer": self.initializer,
                    "normalization": {"name": setting.normalization, **setting.hyper},
                    "normalization_place": setting.place,
                },
                "training": {"batch_size": self.batch_size, "seed": seed, "optimizer": {**optimizer, "lr": rate}},
            }
        )

    def trials(self) -> Iterator[tuple[int, float, int]]:
        """Yield place of the setting, rate and seed; every rate once with the first seed, then with the next."""
        for seed in range(self.seeds):
            for rate in self.rates:
                for place in range(len(self.settings)):
                    yield place, rate, seed


def rates_between(low: float, high: float, a_decade: int = 3) -> tuple[float, ...]:
    """Return rates from ``low`` to ``high`` in equal factors, rounded to two digits.

    Raises: ``ValueError`` where ``low`` is not above 0 or ``high`` is below it.
    """
    if not 0 < low <= high:
        raise ValueError(f"rates must be above 0 and rise, got {low} to {high}")
    number = round(math.log10(high / low) * a_decade)
    return tuple(float(f"{low * 10 ** (place / a_decade):.1e}") for place in range(number + 1))


@dataclass(frozen=True)
class Trial:
    """How one training ended; the loss is infinite where it broke off, and ``accuracy`` is then ``None``."""

    setting: int
    rate: float
    seed: int
    loss: float
    accuracy: float | None


@dataclass(frozen=True)
class Sweep:
    """The trials that there are so far; ``guessing`` is the loss of guessing evenly, in nats."""

    plan: SweepPlan
    trials: tuple[Trial, ...]
    guessing: float

    @property
    def finished(self) -> bool:
        """Whether every trial was made."""
        return len(self.trials) == len(self.plan.settings) * len(self.plan.rates) * self.plan.seeds

    def curve(self, setting: int) -> tuple[Numbers, Numbers, Numbers]:
        """Return the rates tried so far, and the medians over the seeds of the final loss and of the accuracy."""
        rates, losses, accuracies = [], [], []
        for rate in self.plan.rates:
            found = [trial for trial in self.trials if (trial.setting, trial.rate) == (setting, rate)]
            if found:
                rates.append(rate)
                losses.append(float(np.median([trial.loss for trial in found])))
                # One that broke off knows no more than chance.
                chance = math.exp(-self.guessing)
                accuracies.append(
                    float(np.median([chance if trial.accuracy is None else trial.accuracy for trial in found]))
                )
        return np.array(rates), np.array(losses), np.array(accuracies)

    def highest(self, setting: int) -> float | None:
        """Return the highest rate that still trains, or ``None`` where none does."""
        rates, losses, _ = self.curve(setting)
        trained = rates[losses < TRAINS_BELOW * self.guessing]
        return float(trained.max()) if len(trained) else None

    def in_words(self) -> str:
        """Return what came out, setting by setting."""
        found = []
        for place, setting in enumerate(self.plan.settings):
            highest = self.highest(place)
            at_the_end = highest == self.plan.rates[-1]
            rate = "none" if highest is None else f"{highest:g}{' or more' if at_the_end else ''}"
            found.append(f"{setting.title}: {rate}")
        return "; ".join(found)

    def sheet(self) -> Sheet:
        """Return a row a trial."""
        rows = [
            (self.plan.settings[trial.setting].title, trial.rate, trial.seed, trial.loss, trial.accuracy)
            for trial in self.trials
        ]
        return Sheet(("normalization", "learning_rate", "seed", "final_loss", "validation_accuracy"), rows)


def sweep(
    registry: Registry,
    plan: SweepPlan,
    done: Iterable[Trial] = (),
    report: Callable[[Sweep], None] = lambda sweep: None,
    between: Callable[[], None] = lambda: None,
) -> Sweep:
    """Make the trials of ``plan`` that are not among ``done``; ``report`` is told after each.

    ``between`` is called before each step and may raise to end it. torch's generator is left alone.
    Raises: ``DownslopeError`` where a part cannot be used.
    """
    trials: list[Trial] = list(done)
    made = {(trial.setting, trial.rate, trial.seed) for trial in trials}
    samples: Samples | None = None
    guessing = math.nan
    for place, rate, seed in plan.trials():
        between()
        experiment = plan.experiment(plan.settings[place], rate, seed)
        if samples is None:
            samples = load_samples(experiment, registry)
            guessing = math.log(len(samples.classes))
        if (place, rate, seed) in made:
            continue
        result = train_briefly(brief_job(experiment, registry, samples), plan.steps, between)
        trials.append(Trial(place, rate, seed, result.final_loss, result.accuracy))
        report(Sweep(plan, tuple(trials), guessing))
    return Sweep(plan, tuple(trials), guessing)


def settings_of(normalizations: Sequence[tuple[str, str, Mapping[str, Any]]]) -> tuple[Setting, ...]:
    """Return a curve without normalization, and two for each (name, title, hyper-parameters): before and after."""
    found = [Setting("Without")]
    for name, title, hyper in normalizations:
        found.append(Setting(f"{title} before", name, hyper, "before"))
        found.append(Setting(f"{title} after", name, hyper, "after"))
    return tuple(found)
