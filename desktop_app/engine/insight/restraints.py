"""What keeps a network from learning all it could, as far as its experiment says: a narrow layer, dropout, decay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.thresholds import limit

_WIDER = 64


@dataclass(frozen=True)
class Restraint:
    """One thing that holds a network back: as the end of a sentence, and what takes it away."""

    kind: Literal["narrow", "dropout", "weight_decay"]
    sentence: str
    advice: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    button: str = ""


def restraint_of(evidence: Evidence) -> Restraint | None:
    """Return the first restraint that is strong enough to matter, or ``None``."""
    for found in (_dropout(evidence), _weight_decay(evidence), _narrow(evidence)):
        if found is not None:
            return found
    return None


def _dropout(evidence: Evidence) -> Restraint | None:
    share = evidence.experiment.model.dropout or 0.0
    if share < limit("generalisation.strong_dropout"):
        return None
    return Restraint(
        "dropout",
        f"a dropout of {share:g} leaves it hardly anything to learn with",
        "Take a lower dropout, or none.",
        {"model.dropout": 0.1},
        "Train with a dropout of 0.1",
    )


def _weight_decay(evidence: Evidence) -> Restraint | None:
    optimizer = evidence.experiment.training.optimizer
    decay = optimizer.hyper.get("weight_decay")
    if not isinstance(decay, int | float):
        return None
    # AdamW takes its decay times the learning rate off each weight, and a textbook's takes the decay itself; others
    # add it to the gradient. What an ordinary training has of each lies far below its limit.
    strong = limit("generalisation.strong_decay")
    if optimizer.name == "adamw":
        is_independent = optimizer.hyper.get("decay") == "independent" or optimizer.hyper.get("form") == "textbook"
        strong = limit("generalisation.strong_adamw_decay")
        if is_independent:
            strong = limit("generalisation.strong_independent_decay")
    if decay < strong:
        return None
    return Restraint(
        "weight_decay",
        f"a weight decay of {decay:g} draws its weights to zero as fast as they learn",
        "Take a far lower weight decay, such as 0.0001.",
        {"training.optimizer.weight_decay": 0.0001},
        "Train with a weight decay of 0.0001",
    )


def _narrow(evidence: Evidence) -> Restraint | None:
    model, classes = evidence.experiment.model, len(evidence.facts.training_counts)
    layers = model.layers or ()
    if model.kind is not None and model.kind.name == "cnn":
        layers = layers[-1:]  # the only one whose channels are not multiplied by the places of a picture
    if not layers or min(layers) >= max(limit("generalisation.narrowest"), classes - 1):
        return None
    wider = [max(each, _WIDER) for each in model.layers or ()]
    return Restraint(
        "narrow",
        f"its narrowest layer has {_units(min(layers))}" + (f" to tell {classes} classes apart" if classes > 2 else ""),
        "Make the layers wider: what a narrow layer does not let through, no later one can bring back.",
        {"model.layers": wider},
        f"Train with layers of {', '.join(str(each) for each in wider)}",
    )


def _units(count: int) -> str:
    return "one unit" if count == 1 else f"{count} units"
