"""Trainings made ill in one known way each, in networks that are otherwise sensible; no threshold was set on them."""

from __future__ import annotations

from typing import Any

from case import Case
from made_data import Data

from cases.settings import cnn, mlp, trained

_Row = tuple[str, str, Data, dict[str, Any], dict[str, Any]]


def _plain(*layers: int, **model: Any) -> dict[str, Any]:
    """Return fully connected layers that no norm keeps in size."""
    return mlp(*layers, normalization="none", **model)


def _orthogonal(gain: float) -> dict[str, Any]:
    return {"name": "orthogonal", "gain": gain}


def _kept(share: float) -> dict[str, Any]:
    return {"data.validation": share}


HASTIE, ODD, CLUSTERS, DIGITS = Data("hastie"), Data("odd"), Data("clusters"), Data("all_digits")
RINGS, XOR, SPIRALS, WAVES = Data("rings"), Data("xor"), Data("spirals"), Data("waves")
PLANES, FRIEDMAN = Data("planes"), Data("friedman_noisy")
SAMPLE = Data("sample", "pictures")
TOPS, SHOES = Data("fashion_tops", samples=2000, seed=11), Data("fashion_shoes", samples=2000, seed=12)
SIGMOIDS = {"activation": "sigmoid", "initializer": "xavier"}
HALF = {"data.image_size": 14}

_SIGNALS: tuple[_Row, ...] = (
    # Each sigmoid passes on a quarter of the gradient at most, and no norm or shortcut makes up for it.
    ("vanishing_gradients", "odd_rmsprop", ODD, _plain(*[48] * 13, **SIGMOIDS), trained(12, "rmsprop", 0.001)),
    ("vanishing_gradients", "clusters_radam", CLUSTERS, _plain(*[56] * 9, **SIGMOIDS), trained(8, "radam", seed=3)),
    ("vanishing_gradients", "waves_nag", WAVES, _plain(*[32] * 8, **SIGMOIDS), trained(12, "nag", 0.02, batch_size=64)),
    # Each layer multiplies what comes through it, forwards and backwards, by about twice or more.
    (
        "exploding_gradients",
        "clusters_leaky",
        CLUSTERS,
        _plain(*[56] * 8, activation="leaky_relu", initializer=_orthogonal(3.5)),
        trained(8, "adamw", 0.0003),
    ),
    (
        "exploding_gradients",
        "friedman_mish",
        FRIEDMAN,
        _plain(*[48] * 6, activation="mish", initializer=_orthogonal(3.0)),
        trained(12, "radam", 0.0001),
    ),
    (
        "exploding_gradients",
        "odd_elu",
        ODD,
        _plain(*[64] * 7, activation="elu", initializer=_orthogonal(4.5)),
        trained(8, "nadam", 0.0002, seed=4),
    ),
    # Steps so large that they push most units to where they answer 0 for every sample.
    ("dead_units", "odd_nadam", ODD, _plain(80, 80, 40), trained(10, "nadam", 0.3)),
    ("dead_units", "tops_one_cycle", TOPS, _plain(96, 64, 48), trained(6, "adamw", 0.15, schedule="one_cycle")),
    ("dead_units", "clusters_cosine", CLUSTERS, _plain(64, 64, 64), trained(10, lr=0.15, schedule="cosine", seed=5)),
    # Weights so large that nearly every unit stands at a bound from the first step on.
    (
        "saturated_units",
        "rings_tanh",
        RINGS,
        _plain(48, 48, activation="tanh", initializer=_orthogonal(14.0)),
        trained(10, "adamw"),
    ),
    (
        "saturated_units",
        "odd_sigmoid",
        ODD,
        _plain(64, 48, activation="sigmoid", initializer=_orthogonal(20.0)),
        trained(10, "radam"),
    ),
    (
        "saturated_units",
        "tops_tanh",
        TOPS,
        _plain(64, 64, 32, activation="tanh", initializer="xavier"),
        trained(6, "adamw", 0.4, schedule="cosine"),
    ),
    # Weights by far too small or too large for the depth: what comes through shrinks or grows with each layer.
    (
        "init_mismatch",
        "digits_small_tanh",
        DIGITS,
        _plain(*[64] * 8, activation="tanh", initializer=_orthogonal(0.25)),
        trained(8, "nag", 0.05),
    ),
    (
        "init_mismatch",
        "odd_small_gelu",
        ODD,
        _plain(*[56] * 8, activation="gelu", initializer=_orthogonal(0.25)),
        trained(8, "radam"),
    ),
    (
        "init_mismatch",
        "tops_large_leaky",
        TOPS,
        _plain(*[64] * 6, activation="leaky_relu", initializer=_orthogonal(4.0)),
        trained(6, "adamw", 0.0005),
    ),
)

_LEARNING_RATE: tuple[_Row, ...] = (
    # Some hundred times the rate that the same network learns well with.
    ("learning_rate_too_high", "hastie_rmsprop", HASTIE, _plain(48, 48), trained(10, "rmsprop", 0.6)),
    ("learning_rate_too_high", "rings_nag", RINGS, _plain(32, 32, activation="silu"), trained(10, "nag", 1.0)),
    ("learning_rate_too_high", "odd_norm", ODD, mlp(64, 32), trained(10, "radam", 3.0)),
    ("learning_rate_too_high", "sample_cnn", SAMPLE, {**HALF, **cnn(8, 16)}, trained(5, "adamw", 1.5)),
    # A hundredth or less of it: at the end the loss still falls, far from where it would end.
    ("learning_rate_too_low", "rings_sgd", RINGS, mlp(48, 48), trained(12, "sgd", 0.0001)),
    ("learning_rate_too_low", "tops_adamw", TOPS, _plain(64, 32), trained(6, "adamw", 0.000005)),
    ("learning_rate_too_low", "planes_momentum", PLANES, _plain(24, 24), trained(12, "momentum", 0.00002)),
    ("learning_rate_too_low", "spirals_lion", SPIRALS, mlp(48, 48, activation="gelu"), trained(15, "lion", 1e-6)),
    # Steps that overflow float32 within the first epochs.
    ("non_finite", "clusters_momentum", CLUSTERS, _plain(64, 64), trained(6, "momentum", 1e7)),
    ("non_finite", "waves_sgd", WAVES, _plain(48, 48), trained(8, "sgd", 30.0)),
    ("non_finite", "planes_nag", PLANES, _plain(32), trained(8, "nag", 20.0)),
    # A norm over two samples says nothing of the data.
    ("small_batch_norm", "spirals", Data("spirals", samples=500), mlp(32, 32), trained(6, batch_size=2)),
    ("small_batch_norm", "odd", Data("odd", samples=600), mlp(48, 24), trained(5, "adamw", batch_size=2)),
    ("small_batch_norm", "planes", Data("planes", samples=500), mlp(24), trained(8, lr=0.003, batch_size=2)),
)

_GENERALISATION: tuple[_Row, ...] = (
    # Nothing can be learned, or not by what there is: the loss stays that of guessing by how frequent each class is.
    ("constant_predictor", "odd_shuffled", Data("odd", shuffled=True), mlp(2), trained(7, "adamw", 0.003)),
    ("constant_predictor", "xor_linear", XOR, mlp(), trained(15, "rmsprop", 0.01)),
    ("constant_predictor", "planes_shuffled", Data("planes", shuffled=True), mlp(4), trained(15, lr=0.003)),
    ("constant_predictor", "rings_linear", RINGS, mlp(), trained(12, "nag", 0.02)),
    # Few samples, a wide network and many epochs: the validation loss rises far above its best.
    (
        "overfitting",
        "hastie_few",
        Data("hastie", samples=900, noise_columns=5),
        {**_kept(0.35), **_plain(128, 128)},
        trained(40, "adamw", 0.003),
    ),
    (
        "overfitting",
        "sample_few",
        Data("sample", samples=600),
        {**_kept(0.4), **_plain(192, 96, activation="silu")},
        trained(50, "radam", 0.002),
    ),
    ("overfitting", "tops_few", Data("fashion_tops", samples=600, seed=13), {**_kept(0.4), **mlp(256)}, trained(60)),
    # Too few units, or nearly all of them switched off.
    ("underfitting", "clusters_narrow", CLUSTERS, mlp(1), trained(30, lr=0.01)),
    ("underfitting", "spirals_narrow", SPIRALS, mlp(3), trained(30, "adamw", 0.01)),
    ("underfitting", "odd_dropout", ODD, mlp(32, 32, dropout=0.9), trained(15)),
    ("underfitting", "waves_narrow", WAVES, mlp(1, activation="tanh"), trained(25, lr=0.01)),
)

_DATA: tuple[_Row, ...] = (
    # Labels drawn anew from the other classes, in tasks that are learned well without that.
    ("label_noise", "odd_20", Data("odd", flipped=0.2, seed=3), mlp(64, 64), trained(20, "adamw")),
    ("label_noise", "clusters_30", Data("clusters", flipped=0.3), mlp(64, 32, activation="silu"), trained(20, "radam")),
    ("label_noise", "shoes_25", Data("fashion_shoes", samples=2400, flipped=0.25), mlp(96), trained(8)),
    ("label_noise", "spirals_15", Data("spirals", flipped=0.15), mlp(48, 48), trained(30, lr=0.005)),
    # A class of which hardly any are left: at the end none or a tenth of it is told right.
    ("class_imbalance", "tops", Data("fashion_tops", rare=((4, 0.05),), seed=14), mlp(48), trained(6)),
    ("class_imbalance", "hastie", Data("hastie", rare=((1, 0.05),)), mlp(16), trained(8)),
    ("class_imbalance", "shells", Data("shells", rare=((0, 0.06),)), mlp(16), trained(8, "adamw")),
    # Copies stand on both sides of the split.
    ("data_leak", "clusters", Data("clusters", samples=800, doubled=0.5), mlp(48, 48), trained(12, "adamw")),
    ("data_leak", "waves", Data("waves", samples=900, doubled=0.6), mlp(32, 32), trained(15, lr=0.003)),
    ("data_leak", "odd", Data("odd", samples=900, doubled=0.4), mlp(48), trained(12, "radam", 0.003)),
    ("data_leak", "sample", Data("sample", "pictures", samples=900, doubled=0.7), {**HALF, **cnn(8, 16)}, trained(8)),
    # So few that one sample more or less that is right moves the figure by percents.
    ("small_validation", "rings_few", Data("rings", samples=80), mlp(16), trained(25, lr=0.005)),
    ("small_validation", "clusters_share", CLUSTERS, {**_kept(0.008), **mlp(32)}, trained(10)),
    ("small_validation", "waves_none", WAVES, {**_kept(0.0), **mlp(32)}, trained(15, lr=0.003)),
    ("small_validation", "planes_few", Data("planes", samples=75), mlp(12), trained(25, lr=0.005)),
)

CASES = tuple(
    Case(f"{code}_{name}", code, "final", data, {**model, **training})
    for code, name, data, model, training in (*_SIGNALS, *_LEARNING_RATE, *_GENERALISATION, *_DATA)
)
