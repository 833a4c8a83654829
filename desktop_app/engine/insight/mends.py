"""What mends signals that fade or blow up on their way through a network: other initial weights, or normalization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.thresholds import limit
from desktop_app.errors import PluginError

if TYPE_CHECKING:
    from desktop_app.registry import Registry

_OWN_NETWORKS = ("mlp", "cnn")


@dataclass(frozen=True)
class Mend:
    """Advice in a sentence, the changes of the experiment that it means, and the verb of a button for them."""

    advice: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    button: str = ""


def mend_of_weights(evidence: Evidence, depth: int) -> Mend:
    """Return what keeps signals and gradients in size over ``depth`` layers of the network.

    That is the initializer which theory ranks first for the activation, where it keeps enough and is not chosen
    already; or else normalization, which mends whatever the weights began with.
    """
    model = evidence.experiment.model
    is_own = model.kind is None or model.kind.name in _OWN_NETWORKS
    if not is_own:
        return Mend("Begin with pretrained weights, or with those that the network's authors draw it with.")
    chosen, activation = model.initializer, model.activation
    fitting = _fitting(
        evidence.registry, chosen.name, activation.name, repr(chosen.hyper), repr(activation.hyper), depth
    )
    value: Any = {"name": fitting[0], **fitting[1]} if fitting and fitting[1] else fitting and fitting[0]
    if fitting is not None and (fitting[0] != chosen.name or fitting[1] != chosen.hyper):
        title = fitting[2]
        return Mend(
            f"Draw the weights with {title}, which keeps signals in size before {activation.name}.",
            {"model.initializer": value},
            f"Train with {title}",
        )
    if model.normalization.name != "none":
        return Mend("Take another activation, such as relu with he.", {"model.activation": "relu"}, "Train with relu")
    norm = "layer_norm" if _batch(evidence) <= limit("numbers.few_for_batch_norm") else "batch_norm"
    words = norm.replace("_", " ")
    return Mend(
        f"Put {words} between the layers, which keeps signals in size whatever the weights are.",
        {"model.normalization": norm},
        f"Train with {words}",
    )


def _batch(evidence: Evidence) -> int:
    training = evidence.experiment.training
    return min(training.batch_size, training.micro_batch or training.batch_size)


@lru_cache(maxsize=16)
def _fitting(
    registry: Registry, initializer: str, activation: str, initializer_hyper: str, activation_hyper: str, depth: int
) -> tuple[str, dict[str, Any], str] | None:
    """Return the initializer that theory ranks first, its hyper-parameters and title; ``None`` where none suits.

    It takes about a second, and a live diagnosis asks again and again. Hyper-parameters come as ``repr`` writes them.
    """
    from ast import literal_eval

    from desktop_app.engine.learn.network_hint import short_title
    from desktop_app.engine.learn.signal_theory import Pair, fitting_initializers

    pair = Pair(initializer, activation, literal_eval(initializer_hyper), literal_eval(activation_hyper))
    try:
        ranked = fitting_initializers(registry, pair, depth)
    except PluginError:  # the activation is not there any more, or cannot be computed
        return None
    for candidate, verdict in ranked[:1]:
        if verdict.suits:
            name = candidate.initializer
            return name, dict(candidate.initializer_hyper), short_title(registry, name)
    return None
