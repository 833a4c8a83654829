"""Trainings that nothing is wrong with: whatever error or warning is found in them is a false alarm."""

from __future__ import annotations

from typing import Any

from case import Case, Part
from made_data import Data

from cases.settings import cnn, mlp, trained


def _healthy(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return Case(f"healthy_{name}", None, part, data, {key: of for each in settings for key, of in each.items()})


_CUT = {"data.validation": 0.3}
_SMALL = {"data.image_size": 14}

CASES = (
    _healthy("digits_mlp", "tuning", Data("digits"), mlp(64, 64), trained(12)),
    _healthy("digits_cnn", "tuning", Data("digits", "pictures"), cnn(16, 32), trained(10)),
    _healthy(
        "digits_tanh", "tuning", Data("digits"), mlp(64, 64, activation="tanh", initializer="xavier"), trained(12)
    ),
    _healthy(
        "digits_no_norm", "tuning", Data("digits"), mlp(64, 64, normalization="none"), trained(12, "momentum", 0.01)
    ),
    _healthy("digits_adamw", "tuning", Data("digits"), mlp(96), trained(12, "adamw", schedule="cosine")),
    _healthy("digits_dropout", "tuning", Data("digits"), mlp(128, 64, dropout=0.2), trained(15)),
    _healthy("iris", "tuning", Data("iris"), _CUT, mlp(16), trained(30, lr=0.01)),
    _healthy("wine", "tuning", Data("wine"), _CUT, mlp(16), trained(20, lr=0.005)),
    _healthy("cancer_sgd", "tuning", Data("cancer"), mlp(32), trained(20, "sgd", 0.05)),
    _healthy("blobs", "tuning", Data("blobs"), mlp(32, 32), trained(12, schedule="one_cycle")),
    _healthy("friedman", "tuning", Data("friedman"), mlp(32, 32), trained(20, lr=0.003, schedule="cosine")),
    _healthy("moons", "tuning", Data("moons"), mlp(16, 16), trained(15, lr=0.005)),
    _healthy("moons_sigmoid", "tuning", Data("moons"), mlp(16, output="sigmoid"), trained(15, lr=0.01)),
    _healthy(
        "fashion_cnn",
        "tuning",
        Data("fashion", "pictures", samples=3000),
        _SMALL,
        cnn(16, 32),
        trained(8, schedule="one_cycle", lr=0.01),
    ),
    _healthy(
        "fashion_mlp", "tuning", Data("fashion", samples=3000), mlp(64), trained(5, batch_size=64, schedule="cosine")
    ),
    _healthy(
        "digits_augmented",
        "tuning",
        Data("digits", "pictures"),
        {"data.augment": "light"},
        cnn(16, 32),
        trained(12, schedule="cosine"),
    ),
    _healthy("diabetes", "tuning", Data("diabetes"), _CUT, mlp(16), trained(15, lr=0.003)),
    _healthy("many_blobs", "tuning", Data("many_blobs"), mlp(64, 64), trained(15)),
    _healthy("circles", "tuning", Data("circles"), mlp(32, 16, activation="gelu"), trained(20, lr=0.01)),
    _healthy("cancer_adam", "tuning", Data("cancer", seed=1), _CUT, mlp(24, 24, activation="silu"), trained(12)),
    _healthy(
        "wine_layer_norm", "tuning", Data("wine"), _CUT, mlp(24, normalization="layer_norm"), trained(20, lr=0.005)
    ),
    _healthy("iris_tanh", "tuning", Data("iris"), _CUT, mlp(12, activation="tanh"), trained(40, "adamw", 0.01)),
    _healthy(
        "digits_rmsprop", "tuning", Data("digits"), mlp(80, 40), trained(12, "rmsprop", 0.001, schedule="exponential")
    ),
    _healthy("digits_lion", "tuning", Data("digits"), mlp(64, 32, activation="elu"), trained(12, "lion", 0.0003)),
    _healthy(
        "digits_group_norm",
        "tuning",
        Data("digits", "pictures"),
        cnn(12, 24, normalization="group_norm"),
        trained(10, "nadam", 0.002, schedule="cosine"),
    ),
    _healthy(
        "digits_balanced",
        "tuning",
        Data("digits", rare=((3, 0.3),)),
        {"data.balance": "weights"},
        mlp(64, 64),
        trained(14, label_smoothing=0.05),
    ),
    _healthy(
        "digits_mixup",
        "tuning",
        Data("digits", "pictures"),
        {"data.mix": "mixup"},
        cnn(16, 32),
        trained(12, schedule="one_cycle", lr=0.005),
    ),
    _healthy("digits_sam", "tuning", Data("digits"), mlp(48), trained(10, "sam")),
    _healthy("digits_averaged", "tuning", Data("digits"), mlp(64), trained(20, ema_decay=0.95)),
    _healthy("friedman_silu", "tuning", Data("friedman", seed=3), mlp(48, activation="silu"), trained(25, lr=0.005)),
    _healthy(
        "fashion_dropout",
        "tuning",
        Data("fashion", "pictures", samples=2500, seed=2),
        _SMALL,
        cnn(16, 32, dropout=0.1),
        trained(9, "adamw", 0.008, schedule="one_cycle"),
    ),
    _healthy(
        "fashion_wide",
        "tuning",
        Data("fashion", samples=4000, seed=3),
        mlp(96, 48),
        trained(5, batch_size=64, schedule="polynomial"),
    ),
    _healthy("moons_momentum", "tuning", Data("moons"), mlp(24, 24), trained(15, "nag", 0.02)),
)
