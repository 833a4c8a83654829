"""What would mend a network whose initializer and activation do not fit: tried out on the network itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from desktop_app.api import Samples
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.learn.own_network import OwnSignals, Probe, distance_of, times_in_words
from desktop_app.engine.learn.signal_theory import Pair, fitting_initializers
from desktop_app.errors import DownslopeError
from desktop_app.registry import Registry

_TRIED_INITIALIZERS = 3


@dataclass(frozen=True)
class Hint:
    """What does not fit, beside which field, and what mends it: the draft's ``key`` set to ``value``."""

    field: str
    sentence: str
    mend: str
    key: str
    value: Any


def find_hint(
    experiment: Experiment,
    registry: Registry,
    samples: Samples,
    now: OwnSignals,
    between: Callable[[], None] = lambda: None,
) -> Hint | None:
    """Return what would mend the network, tried out on it; ``None`` where all is well or nothing would help.

    First the initializers are tried that theory ranks highest for the activation, then batch norm.
    """
    if not now.matters:
        return None
    probe = Probe(experiment, registry, samples, between)
    for field, key, value, mend in _mends(experiment, registry, len(now.hidden)):
        content = experiment.to_dict()
        content["model"][key.removeprefix("model.")] = value
        try:
            found = probe.measure(Experiment.from_dict(content))
        except DownslopeError:
            between()  # told to stop; a mend that cannot be built is none
            continue
        if not found.matters:
            return Hint(field, _sentence(experiment, registry, field, now, found, mend), f"Use {mend}", key, value)
    return None


def _mends(experiment: Experiment, registry: Registry, depth: int) -> Iterator[tuple[str, str, Any, str]]:
    """Yield what might mend the network: the field it concerns, the key, its new value, and what that is called."""
    model = experiment.model
    chosen = model.initializer
    pair = Pair(chosen.name, model.activation.name, chosen.hyper, model.activation.hyper)
    for candidate, _ in fitting_initializers(registry, pair, depth)[:_TRIED_INITIALIZERS]:
        if candidate != pair:
            hyper = dict(candidate.initializer_hyper)
            value = {"name": candidate.initializer, **hyper} if hyper else candidate.initializer
            mend = short_title(registry, candidate.initializer)
            if candidate.initializer == chosen.name:
                set_to = ", ".join(f"{words} {setting}" for words, setting in _plain(hyper))
                mend = f"{mend} with {set_to}" if set_to else f"{mend} as it comes"
            yield "model.initializer", "model.initializer", value, mend
    if model.normalization.name == "none" and "batch_norm" in registry.normalizations:
        title = registry.normalizations["batch_norm"].title.lower()
        yield "model.activation", "model.normalization", "batch_norm", title


def short_title(registry: Registry, initializer: str) -> str:
    """Return an initializer's title without what stands in brackets."""
    return (registry.initializers[initializer].title or initializer).split(" (")[0]


def _sentence(
    experiment: Experiment, registry: Registry, field: str, now: OwnSignals, then: OwnSignals, mend: str
) -> str:
    activation = experiment.model.activation.name
    activation = registry.activations[activation].title or activation
    chosen = experiment.model.initializer
    initializer = short_title(registry, chosen.name)
    if mend.startswith(f"{initializer} "):
        initializer += " as it is set"
    by_gradient = distance_of(now.gradient_left) >= distance_of(now.signal_left)
    left, kept = (now.gradient_left, then.gradient_left) if by_gradient else (now.signal_left, then.signal_left)
    what = "the gradient" if by_gradient else "the signal"
    verb = "shrinks" if left < 1.0 else "grows"
    change = f"{what} {verb} {times_in_words(left)} over these {len(now.hidden)} layers"
    if field == "model.initializer":
        return f"With {initializer} and {activation}, {change}; with {mend} {_kept(kept)}."
    return f"With {activation}, {change}, whatever the initializer; with {mend} {_kept(kept)}."


def _kept(factor: float) -> str:
    larger = max(factor, 1.0 / factor)
    return "it keeps its size" if larger <= 3.0 else f"it changes {larger:.0f} times"


def _plain(hyper: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in hyper.items():
        yield name.replace("_", " "), f"{value:g}" if isinstance(value, float) else str(value)
