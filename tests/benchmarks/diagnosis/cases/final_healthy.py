"""Trainings that nothing is wrong with, on other data and networks than those that thresholds were set on.

Each ends near what its data set allows, on a validation split of some hundred samples, without learning it by heart.
"""

from __future__ import annotations

from typing import Any

from case import Case
from made_data import Data

from cases.settings import cnn, mlp, trained


def _healthy(name: str, data: Data, *settings: dict[str, Any]) -> Case:
    return Case(f"healthy_{name}", None, "final", data, {key: of for each in settings for key, of in each.items()})


def _plain(*layers: int, **model: Any) -> dict[str, Any]:
    return mlp(*layers, normalization="none", **model)


HASTIE, ODD, CLUSTERS, PAIRS = Data("hastie"), Data("odd"), Data("clusters"), Data("pairs")
RINGS, XOR, SPIRALS, CLOUDS, SHELLS = Data("rings"), Data("xor"), Data("spirals"), Data("clouds"), Data("shells")
PLANES, FRIEDMAN, CURRENTS, WAVES = Data("planes"), Data("friedman_noisy"), Data("currents"), Data("waves")
ODD_PICTURES, DIGITS = Data("odd", "pictures"), Data("all_digits")
SHOES, SHOE_PICTURES = Data("fashion_shoes", seed=21), Data("fashion_shoes", "pictures", samples=2500, seed=22)
TANH = {"activation": "tanh", "initializer": "xavier"}
MORE = {"data.validation": 0.4}
HALF = {"data.image_size": 14}

CASES = (
    # Tables with classes.
    _healthy("odd_radam", ODD, mlp(64, 32), trained(15, "radam", 0.003, schedule="cosine")),
    _healthy("hastie_gelu", HASTIE, mlp(64, 64, activation="gelu"), trained(12, "adamw", 0.003, schedule="cosine")),
    _healthy("hastie_averaged", HASTIE, mlp(96), trained(15, lr=0.005, ema_decay=0.98)),
    _healthy("rings_nag", RINGS, mlp(32, 32), trained(20, "nag", 0.02, schedule="warmup_cosine")),
    _healthy("rings_large_batch", RINGS, mlp(64, activation="mish"), trained(30, lr=0.01, batch_size=128)),
    _healthy("shells_rmsprop", SHELLS, mlp(48, 48), trained(15, "rmsprop", 0.002, schedule="cosine")),
    _healthy("clusters_muon", CLUSTERS, mlp(48, 48, activation="silu"), trained(12, "muon", 0.003)),
    _healthy("pairs_deep", PAIRS, _plain(*[48] * 5, activation="elu"), trained(10, "adamw", 0.001, schedule="cosine")),
    _healthy("clusters_sam", CLUSTERS, mlp(72), trained(16, "sam", 0.004, schedule="cosine")),
    _healthy("pairs_lion", PAIRS, mlp(32, activation="mish"), trained(12, "lion", 0.0003)),
    _healthy("pairs_small_batch", PAIRS, mlp(24), trained(12, batch_size=16, schedule="reduce_on_plateau")),
    _healthy("pairs_sigmoid", PAIRS, mlp(32, 16, output="sigmoid"), trained(12, "adamw", seed=6)),
    _healthy("xor_tanh", XOR, _plain(24, 24, **TANH), trained(25, "rmsprop", 0.003)),
    _healthy("xor_step", XOR, _plain(32, 32), trained(20, "nag", 0.05, schedule="step")),
    _healthy("spirals", SPIRALS, mlp(48, 48), trained(40, "radam", 0.01, schedule="cosine")),
    _healthy(
        "spirals_selu",
        SPIRALS,
        _plain(48, 48, 48, activation="selu", initializer="lecun"),
        trained(40, lr=0.003, schedule="cosine"),
    ),
    _healthy("clouds_adagrad", CLOUDS, mlp(16), trained(15, "adagrad", 0.05)),
    _healthy("clouds_tanh", CLOUDS, _plain(16, **TANH), trained(15, "momentum", 0.05, seed=8)),
    _healthy("digits_prelu", DIGITS, mlp(96, 48, activation="prelu"), trained(12, "nag", 0.02, batch_size=64)),
    _healthy("digits_smooth", DIGITS, mlp(72), trained(14, "schedule_free_adamw", label_smoothing=0.1)),
    _healthy("three_digits", Data("three_digits"), MORE, mlp(32), trained(15, "adamw", 0.002)),
    _healthy("cancer_free", Data("cancer", seed=9), MORE, mlp(16), trained(15, "schedule_free_adamw", 0.01)),
    # Tables with numbers.
    _healthy("friedman_noisy", FRIEDMAN, mlp(48, 48), trained(20, "adamw", 0.003, schedule="cosine")),
    _healthy("currents", CURRENTS, mlp(32, 32, activation="silu"), trained(25, "radam", 0.01, schedule="one_cycle")),
    _healthy("planes", PLANES, _plain(16), trained(30, lr=0.01, schedule="exponential")),
    _healthy("waves_muon", WAVES, _plain(48, 24, **TANH), trained(15, "muon", 0.003)),
    _healthy("waves_stopped", WAVES, _plain(32, 32, activation="gelu"), trained(40, lr=0.003, early_stopping=8)),
    # Pictures.
    _healthy(
        "odd_cnn", ODD_PICTURES, cnn(12, 24, activation="leaky_relu"), trained(10, "adamw", 0.002, schedule="cosine")
    ),
    _healthy("shoes_mlp", SHOES, mlp(64, dropout=0.1), trained(6, "adamw", schedule="cosine", batch_size=64)),
    _healthy("shoes_cnn", SHOE_PICTURES, HALF, cnn(12, 24), trained(7, "nag", 0.02, schedule="step")),
    _healthy(
        "sample_cnn", Data("sample", "pictures"), HALF, cnn(16, 32), trained(8, "adamw", 0.01, schedule="one_cycle")
    ),
)
