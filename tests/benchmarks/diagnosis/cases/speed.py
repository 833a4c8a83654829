"""Trainings that wait for their data."""

from __future__ import annotations

from typing import Any

from case import Case, Part
from made_data import Data

from cases.settings import cnn, trained


def _slow(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return Case(
        f"input_bound_{name}", "input_bound", part, data, {key: of for each in settings for key, of in each.items()}
    )


_CHANGED = {"data.augment": "strong"}

CASES = (
    _slow("fashion", "tuning", Data("fashion", "pictures", samples=2500), _CHANGED, cnn(2), trained(6, lr=0.01)),
    _slow("digits", "tuning", Data("digits", "pictures"), _CHANGED, cnn(2, 2), trained(10, lr=0.01)),
    _slow("fashion_deep", "tuning", Data("fashion", "pictures", samples=2000, seed=8), _CHANGED, cnn(2, 2), trained(6)),
    _slow(
        "digits_large",
        "tuning",
        Data("digits", "pictures", seed=8),
        _CHANGED,
        {"data.image_size": 32},
        cnn(2),
        trained(4),
    ),
)
