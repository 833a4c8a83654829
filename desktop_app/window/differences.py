"""What tells two experiments apart, in a few words for people: ``learning rate 0.1 to 0.01``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop_app.engine.experiment import Experiment
from desktop_app.registry import Registry
from desktop_app.window.wording import chosen_plugin, short, words

_PLUGINS = {
    "data.source": "data_source",
    "model.kind": "network",
    "model.initializer": "initializer",
    "model.activation": "activation",
    "model.normalization": "normalization",
    "model.backbone": "backbone",
    "training.optimizer": "optimizer",
    "training.schedule": "schedule",
    "fine_tuning.optimizer": "optimizer",
    "fine_tuning.schedule": "schedule",
}
"""Keys that name a plugin, and of which kind it is."""


def differences_in_words(before: Experiment, after: Experiment, registry: Registry | None = None) -> list[str]:
    """Return what ``after`` has other than ``before``, the names of the two left out.

    With the ``registry`` a hyper-parameter that one of them leaves to its plugin is told with the plugin's default.
    """
    old, new = before.to_dict(), after.to_dict()
    said: list[str] = []
    for section in ("data", "model", "training"):
        said += _section(section, old[section], new[section], registry)
    ours, theirs = old.get("fine_tuning"), new.get("fine_tuning")
    if ours is None and theirs is not None:
        said.append("with fine-tuning")
    elif ours is not None and theirs is None:
        said.append("without fine-tuning")
    elif ours is not None and theirs is not None:
        said += [f"fine-tuning: {line}" for line in _section("fine_tuning", ours, theirs, registry)]
    return said


def _section(section: str, old: Mapping[str, Any], new: Mapping[str, Any], registry: Registry | None) -> list[str]:
    said: list[str] = []
    for key in dict.fromkeys([*old, *new]):
        ours, theirs = old.get(key), new.get(key)
        if ours == theirs:
            continue
        kind = _PLUGINS.get(f"{section}.{key}")
        if kind is not None and _name(ours) == _name(theirs) != "":
            said += _hyper_parameters(_hyper(ours), _hyper(theirs), _defaults(kind, _name(ours), registry))
        elif kind is not None:
            said.append(_told(key, chosen_plugin(ours or ""), chosen_plugin(theirs or "")))
        else:
            said.append(_told(key, short(ours), short(theirs)))
    return said


def _hyper_parameters(old: Mapping[str, Any], new: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    return [
        _told(name, short(old.get(name, defaults.get(name))), short(new.get(name, defaults.get(name))))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _told(key: str, old: str, new: str) -> str:
    """Return one difference; an empty text stands for what follows from the data, or from a default nobody knows."""
    label = words(key)
    # "Learning rate" begins a label, not the middle of a sentence; "AdamW's rate" is a name.
    title = label if any(letter.isupper() for letter in label[1:]) else label[:1].lower() + label[1:]
    if not old:
        return f"{title} {new}"
    return f"{title} {old} to {new or 'its default'}"


def _name(choice: Any) -> str:
    return str(choice.get("name", "")) if isinstance(choice, Mapping) else str(choice or "")


def _hyper(choice: Any) -> dict[str, Any]:
    return {key: value for key, value in choice.items() if key != "name"} if isinstance(choice, Mapping) else {}


def _defaults(kind: str, name: str, registry: Registry | None) -> dict[str, Any]:
    if registry is None or name not in registry.shelf(kind):
        return {}
    return {parameter.name: parameter.default for parameter in registry.shelf(kind)[name].parameters}
