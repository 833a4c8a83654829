"""Fast, Balanced, Best: whole recipes of transfer learning, chosen by the data's size and the device.

A preset is nothing but values for keys of the experiment, so that whoever wants to know or change what it does finds it
in the forms and in the file. The numbers were tried on photographs; ``tests/benchmarks/presets.py`` measures them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

PresetName = Literal["fast", "balanced", "best"]
PRESETS: tuple[PresetName, ...] = ("fast", "balanced", "best")

# What a preset decides: keys that it does not name go back to their defaults.
MANAGED = (
    "data.augment",
    "data.mix",
    "data.views",
    "data.balance",
    "model.pooling",
    "model.head",
    "model.dropout",
    "model.adapters",
    "training.epochs",
    "training.batch_size",
    "training.optimizer",
    "training.schedule",
    "training.label_smoothing",
    "training.ema_decay",
    "fine_tuning",
)

# A class that has this many times fewer pictures than another is drowned out without weights in the loss.
_UNEVEN = 3.0
_FEW, _MANY = 500, 5_000
# Thawed layers cost a forward and a backward pass a picture and epoch: minutes on a processor from here on.
_TOO_MANY_FOR_A_PROCESSOR = 20_000


@dataclass(frozen=True)
class Facts:
    """What a choice depends on.

    ``pictures`` are those trained on, ``smallest`` and ``largest`` those of the smallest and the largest class;
    ``layers`` counts the backbone's layers with weights.
    """

    pictures: int
    smallest: int
    largest: int
    layers: int
    accelerator: bool


@dataclass(frozen=True)
class Decision:
    """One thing that a preset decided, in words: what, how, and why."""

    what: str
    how: str
    why: str


@dataclass(frozen=True)
class Preset:
    """``values`` are dotted keys; a key of ``MANAGED`` that is not among them stands at its default."""

    name: PresetName
    values: Mapping[str, Any]
    decisions: tuple[Decision, ...]


def choose(name: PresetName, facts: Facts) -> Preset:
    """Return the recipe that fits ``facts``.

    ``fast`` trains a new classifier on frozen features. ``balanced`` gives it longer, with dropout and a falling
    learning rate, and fine-tunes the last fifth of the backbone. ``best`` adds augmented views, averaged weights and a
    fine-tuning of the last third in which layers nearer to the picture learn more slowly.
    """
    values: dict[str, Any] = {}
    decisions: list[Decision] = []
    _classifier(name, facts, values, decisions)
    _rare_classes(facts, values, decisions)
    _fine_tuning(name, facts, values, decisions)
    return Preset(name, values, tuple(decisions))


def recognise(values: Mapping[str, Any], facts: Facts) -> PresetName | None:
    """Return the preset whose values ``values`` are (keys of ``MANAGED`` that differ from their defaults)."""
    return next((name for name in PRESETS if dict(choose(name, facts).values) == dict(values)), None)


def _classifier(name: PresetName, facts: Facts, values: dict[str, Any], decisions: list[Decision]) -> None:
    how = "one hidden layer of 1,024 units"
    if name == "fast":
        decisions.append(Decision("Classifier", f"{how}, 10 epochs", "enough where features are good"))
        return
    epochs = 20 if facts.pictures < _MANY else 10
    values |= {"model.dropout": 0.5, "training.schedule": "cosine"}
    if name == "best":
        epochs = 30 if facts.pictures < _MANY else 15
        values["training.ema_decay"] = 0.99
    if epochs != 10:
        values["training.epochs"] = epochs
    why = (
        "few pictures are learned by heart without it" if facts.pictures < _FEW else "it keeps what is learned general"
    )
    decisions.append(Decision("Classifier", f"{how}, dropout 0.5, {epochs} epochs, falling learning rate", why))
    if name == "best":
        decisions.append(Decision("Weights", "averaged over the last steps", "the average answers more steadily"))
        views = 8 if facts.pictures < _FEW else 4 if facts.pictures < _MANY else 0
        if views:
            values |= {"data.augment": "light", "data.views": views}
            decisions.append(
                Decision(
                    "Augmentation", f"light, {views} views a picture", "few pictures show too few sides of a thing"
                )
            )


def _rare_classes(facts: Facts, values: dict[str, Any], decisions: list[Decision]) -> None:
    if facts.largest > _UNEVEN * max(facts.smallest, 1):
        values["data.balance"] = "weights"
        times = facts.largest / max(facts.smallest, 1)
        decisions.append(
            Decision("Rare classes", "weigh more in the loss", f"the largest class is {times:.0f} times the smallest")
        )


def _fine_tuning(name: PresetName, facts: Facts, values: dict[str, Any], decisions: list[Decision]) -> None:
    if name == "fast" or facts.layers < 2:
        return
    if not facts.accelerator and facts.pictures > _TOO_MANY_FOR_A_PROCESSOR:
        why = f"{facts.pictures:,} pictures would take hours without a GPU"
        decisions.append(Decision("Fine-tuning", "none", why))
        return
    share = 5 if name == "balanced" else 3
    layers = max(1, min(facts.layers, round(facts.layers / share)))
    epochs = 10 if facts.pictures < _FEW else 5 if facts.pictures < _MANY else 3
    tuning: dict[str, Any] = {
        "epochs": epochs,
        "unfreeze_last": layers,
        "optimizer": {"name": "adam", "lr": 0.0003},
        "schedule": "warmup_cosine",
    }
    how = f"the last {layers} of {facts.layers} layers, {epochs} epochs"
    if name == "best":
        tuning["layer_decay"] = 0.75
        how += ", slower towards the picture"
    values["fine_tuning"] = tuning
    decisions.append(Decision("Fine-tuning", how, "the backbone's last layers fit themselves to your pictures"))
