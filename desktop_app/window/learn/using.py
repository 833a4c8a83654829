"""*Use it*: a plugin with settings that were tried on its card becomes the experiment's choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.window.draft import Draft
from desktop_app.window.workspace import Notice, Workspace

# Keys of [model] that belong to one network and are refused by another.
_NETWORK_KEYS = ("layers", "dropout", "head", "pooling", "backbone", "weights", "freeze")


@dataclass(frozen=True)
class DraftKey:
    """Where a kind of plugin is chosen in an experiment, and what is chosen where nothing is written there."""

    key: str
    default: str


_KEYS = {
    "initializer": DraftKey("model.initializer", "he"),
    "activation": DraftKey("model.activation", "relu"),
    "normalization": DraftKey("model.normalization", "batch_norm"),
    "optimizer": DraftKey("training.optimizer", "adam"),
    "schedule": DraftKey("training.schedule", "constant"),
    "network": DraftKey("model.kind", ""),
    "backbone": DraftKey("model.backbone", "efficientnet_lite0"),
}


def key_of(kind: str) -> DraftKey | None:
    """Return where a kind is chosen; ``None`` for data sources, which need data with them, and trackers."""
    return _KEYS.get(kind)


def in_use(draft: Draft, where: DraftKey, name: str, hyper: Mapping[str, Any]) -> bool:
    """Return whether the experiment has this choice already."""
    if where.key == "model.kind":
        return bool(draft.get(where.key) == name and not hyper)
    if where.key == "model.backbone" and draft.get("model.kind") != "transfer":
        return False
    return bool(draft.get(where.key, where.default) == _choice(name, hyper))


def use(workspace: Workspace, where: DraftKey, card: Any, hyper: Mapping[str, Any]) -> None:
    """Write the choice into the draft, in one step of undo, and say so."""
    changes: dict[str, Any] = {where.key: _choice(card.name, hyper)}
    if where.key == "model.kind":
        own = {f"model.{name}": hyper.get(name) for name in _NETWORK_KEYS}
        changes = {where.key: card.name, **own}
        if not any(parameter.name == "backbone" for parameter in card.parameters):
            changes["fine_tuning"] = None
    elif where.key == "model.backbone":
        changes["model.kind"] = "transfer"
    workspace.draft.update(changes)
    title = card.title or card.name
    workspace.said.emit(Notice(f"The {card.kind} of your experiment is now {title}. Ctrl+Z takes that back."))


def _choice(name: str, hyper: Mapping[str, Any]) -> Any:
    return {"name": name, **hyper} if hyper else name
