"""Trainings on data that is ill: wrong labels, forgotten classes, copies on both sides, too little to judge by."""

from __future__ import annotations

from typing import Any

from case import Case, Part
from made_data import Data

from cases.settings import cnn, mlp, trained


def _ill(code: str, name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return Case(f"{code}_{name}", code, part, data, {key: of for each in settings for key, of in each.items()})


def _noise(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return _ill("label_noise", name, part, data, *settings)


def _rare(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return _ill("class_imbalance", name, part, data, *settings)


def _leak(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return _ill("data_leak", name, part, data, *settings)


def _small(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return _ill("small_validation", name, part, data, *settings)


_UNJUDGED = {"data.validation": 0.0}

CASES = (
    _noise("digits_20", "tuning", Data("digits", flipped=0.2), mlp(64, 64), trained(20)),
    _noise("digits_40", "tuning", Data("digits", flipped=0.4), mlp(128), trained(15)),
    _noise("digits_cnn_10", "tuning", Data("digits", "pictures", flipped=0.1), cnn(8, 16), trained(12)),
    _noise(
        "fashion_30",
        "tuning",
        Data("fashion", "pictures", samples=3000, flipped=0.3),
        {"data.image_size": 14},
        cnn(16, 32),
        trained(8, lr=0.005),
    ),
    _noise("digits_12_wide", "tuning", Data("digits", flipped=0.12, seed=9), mlp(128, activation="silu"), trained(15)),
    _noise("cancer_20", "tuning", Data("cancer", flipped=0.2), mlp(32), trained(20)),
    _noise("blobs_25", "tuning", Data("blobs", flipped=0.25), mlp(64, 64), trained(20)),
    _rare("fashion_shirts", "tuning", Data("fashion", samples=4000, rare=((6, 0.04), (2, 0.04))), mlp(64), trained(6)),
    _rare("blobs", "tuning", Data("wide_blobs", rare=((2, 0.04),)), mlp(32), trained(8)),
    _rare("cancer", "tuning", Data("cancer", rare=((0, 0.05),)), mlp(8), trained(6, "sgd", 0.02)),
    _leak("digits_doubled", "tuning", Data("digits", samples=1000, doubled=1.0), mlp(64), trained(12)),
    _leak(
        "fashion_half",
        "tuning",
        Data("fashion", "pictures", samples=1500, doubled=0.5),
        {"data.image_size": 14},
        cnn(16, 32),
        trained(6, lr=0.005),
    ),
    _leak("friedman_doubled", "tuning", Data("friedman", samples=600, doubled=0.4), mlp(32), trained(15)),
    _small("iris_few", "tuning", Data("iris", samples=50), mlp(8), trained(25, lr=0.01)),
    _small("wine_few", "tuning", Data("wine", samples=60), mlp(16), trained(20, lr=0.005)),
    _small("digits_none", "tuning", Data("digits"), _UNJUDGED, mlp(64), trained(8)),
    _small("diabetes_few", "tuning", Data("diabetes", samples=60), mlp(8), trained(15, lr=0.003)),
    _noise("many_blobs_25", "tuning", Data("many_blobs", flipped=0.25), mlp(64, 64, activation="silu"), trained(20)),
    _noise("moons_20", "tuning", Data("moons", flipped=0.2), mlp(32, 32), trained(15, lr=0.005)),
    _noise("digits_15", "tuning", Data("digits", flipped=0.15, seed=5), mlp(96, activation="tanh"), trained(15)),
    _noise("fashion_mlp_35", "tuning", Data("fashion", samples=3000, flipped=0.35, seed=5), mlp(64), trained(8)),
    _noise("cancer_30", "tuning", Data("cancer", flipped=0.3, seed=5), mlp(24, 24), trained(20, "adamw")),
    _rare(
        "fashion_coats",
        "tuning",
        Data("fashion", "pictures", samples=3000, rare=((4, 0.04), (6, 0.05)), seed=6),
        {"data.image_size": 14},
        cnn(16, 32),
        trained(6, lr=0.005),
    ),
    _rare("many_blobs", "tuning", Data("wide_blobs", rare=((0, 0.05),), seed=6), mlp(24, 24), trained(8)),
    _leak("cancer_doubled", "tuning", Data("cancer", samples=400, doubled=0.6), mlp(32), trained(15)),
    _leak(
        "digits_pictures",
        "tuning",
        Data("digits", "pictures", samples=900, doubled=0.3),
        {"data.image_size": 14},
        cnn(16, 32),
        trained(6, lr=0.005),
    ),
    _leak("many_blobs_doubled", "tuning", Data("many_blobs", samples=800, doubled=0.8), mlp(48), trained(15)),
    _small("cancer_few", "tuning", Data("cancer", samples=60), mlp(8), trained(15)),
    _small("moons_few", "tuning", Data("moons", samples=70), mlp(16), trained(30, lr=0.01)),
    _small("blobs_none", "tuning", Data("blobs"), _UNJUDGED, mlp(32), trained(10)),
    _small("friedman_few", "tuning", Data("friedman", samples=70), mlp(8), trained(20, lr=0.005)),
)
