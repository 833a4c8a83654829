"""Short ways to write the settings of a case."""

from __future__ import annotations

from typing import Any


def mlp(*layers: int, **model: Any) -> dict[str, Any]:
    """Return the settings of fully connected layers."""
    return {"model.kind": "mlp", "model.layers": list(layers), **{f"model.{key}": of for key, of in model.items()}}


def cnn(*layers: int, **model: Any) -> dict[str, Any]:
    """Return the settings of blocks of convolutions."""
    return {**mlp(*layers, **model), "model.kind": "cnn"}


def trained(epochs: int, optimizer: str = "adam", lr: float | None = None, **training: Any) -> dict[str, Any]:
    """Return the settings of a training. ``hyper`` are the optimizer's, beside its learning rate."""
    hyper = {**training.pop("hyper", {}), **({} if lr is None else {"lr": lr})}
    given = {f"training.{key}": of for key, of in training.items()}
    return {"training.epochs": epochs, "training.optimizer": {"name": optimizer, **hyper}, **given}
