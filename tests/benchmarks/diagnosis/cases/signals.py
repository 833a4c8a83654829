"""Trainings with ill layers: weights that do not fit, gradients that vanish or explode, dead and saturated units."""

from __future__ import annotations

from typing import Any

from case import Case, Part
from made_data import Data

from cases.settings import cnn, mlp, trained


def _ill(code: str, name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return Case(f"{code}_{name}", code, part, data, {key: of for each in settings for key, of in each.items()})


def _plain(*layers: int, **model: Any) -> dict[str, Any]:
    """Return fully connected layers that no norm keeps in size."""
    return mlp(*layers, normalization="none", **model)


def _orthogonal(gain: float) -> dict[str, Any]:
    return {"name": "orthogonal", "gain": gain}


DIGITS, BLOBS, CANCER, FRIEDMAN = Data("digits"), Data("blobs"), Data("cancer"), Data("friedman")
MANY, MOONS, CIRCLES, WINE = Data("many_blobs"), Data("moons"), Data("circles"), Data("wine")
FASHION = Data("fashion", samples=2500, seed=5)
PICTURES = Data("digits", "pictures")
SIGMOIDS = {"activation": "sigmoid", "initializer": "xavier"}

_ILL = (
    ("vanishing_gradients", "sigmoid_adam", DIGITS, _plain(*[64] * 8, **SIGMOIDS), trained(10)),
    ("vanishing_gradients", "sigmoid_sgd", DIGITS, _plain(*[64] * 8, activation="sigmoid"), trained(10, "sgd", 0.1)),
    ("vanishing_gradients", "sigmoid_momentum", BLOBS, _plain(*[64] * 5, **SIGMOIDS), trained(6, "momentum", 0.05)),
    ("vanishing_gradients", "sigmoid_cancer", CANCER, _plain(*[32] * 10, **SIGMOIDS), trained(15, "sgd", 0.1)),
    ("init_mismatch", "small_relu", DIGITS, _plain(*[64] * 8, initializer=_orthogonal(0.3)), trained(8)),
    ("init_mismatch", "large_relu", DIGITS, _plain(*[64] * 6, initializer=_orthogonal(4.0)), trained(8)),
    ("init_mismatch", "xavier_relu", DIGITS, _plain(*[64] * 12, initializer="xavier"), trained(8)),
    ("init_mismatch", "lecun_relu", BLOBS, _plain(*[64] * 12, initializer="lecun"), trained(8, "sgd", 0.05)),
    (
        "init_mismatch",
        "small_tanh",
        BLOBS,
        _plain(*[48] * 8, activation="tanh", initializer=_orthogonal(0.3)),
        trained(8),
    ),
    (
        "exploding_gradients",
        "large_gelu",
        DIGITS,
        _plain(*[64] * 6, activation="gelu", initializer=_orthogonal(5.0)),
        trained(8, lr=0.0001),
    ),
    (
        "exploding_gradients",
        "large_friedman",
        FRIEDMAN,
        _plain(*[64] * 5, initializer=_orthogonal(5.0)),
        trained(10),
    ),
    ("exploding_gradients", "steps_too_large", FRIEDMAN, _plain(*[32] * 4), trained(8, "sgd", 0.5)),
    (
        "saturated_units",
        "large_tanh",
        DIGITS,
        _plain(64, 64, 64, activation="tanh", initializer=_orthogonal(10.0)),
        trained(10),
    ),
    (
        "saturated_units",
        "large_sigmoid",
        BLOBS,
        _plain(64, 64, activation="sigmoid", initializer=_orthogonal(10.0)),
        trained(8),
    ),
    (
        "saturated_units",
        "steps_too_large",
        DIGITS,
        _plain(64, 64, activation="tanh", initializer="xavier"),
        trained(8, lr=0.3),
    ),
    ("dead_units", "adam", DIGITS, _plain(64, 64, 64), trained(8, lr=0.1)),
    ("dead_units", "blobs", BLOBS, _plain(64, 64), trained(8, lr=0.2)),
    ("dead_units", "cnn", PICTURES, cnn(8, 16, normalization="none"), trained(4, lr=0.05)),
    ("vanishing_gradients", "many_blobs", MANY, _plain(*[48] * 9, **SIGMOIDS), trained(8, "nag", 0.05)),
    ("vanishing_gradients", "fashion", FASHION, _plain(*[64] * 7, **SIGMOIDS), trained(4, "adamw")),
    ("vanishing_gradients", "friedman", FRIEDMAN, _plain(*[40] * 8, activation="sigmoid"), trained(10, "sgd", 0.05)),
    ("init_mismatch", "fashion_xavier", FASHION, _plain(*[96] * 14, initializer="xavier"), trained(4, "nadam")),
    (
        "init_mismatch",
        "many_blobs_tanh",
        MANY,
        _plain(*[64] * 7, activation="tanh", initializer=_orthogonal(0.4)),
        trained(8, "momentum", 0.02),
    ),
    (
        "init_mismatch",
        "cancer_large",
        CANCER,
        _plain(*[48] * 5, activation="silu", initializer=_orthogonal(6.0)),
        trained(10, "adamw"),
    ),
    (
        "exploding_gradients",
        "many_blobs_large",
        MANY,
        _plain(*[64] * 7, initializer=_orthogonal(4.0)),
        trained(6, "adamw", 0.0005),
    ),
    ("exploding_gradients", "diabetes", Data("diabetes"), _plain(64, 64, 64), trained(10, "momentum", 0.5)),
    (
        "saturated_units",
        "fashion",
        FASHION,
        _plain(96, 48, activation="tanh", initializer=_orthogonal(8.0)),
        trained(4, "adamw"),
    ),
    (
        "saturated_units",
        "moons",
        MOONS,
        _plain(32, 32, activation="tanh", initializer="xavier"),
        trained(8, "nadam", 0.5),
    ),
    ("dead_units", "many_blobs", MANY, _plain(96, 96, 48), trained(8, "adamw", 0.1)),
    ("dead_units", "fashion", FASHION, _plain(64, 64), trained(4, "nadam", 0.1)),
)

_DEEP_AND_WELL: tuple[tuple[str, Part, Data, dict[str, Any], dict[str, Any]], ...] = (
    ("deep_he", "tuning", DIGITS, _plain(*[64] * 8), trained(6)),
    ("deep_batch_norm", "tuning", DIGITS, mlp(*[64] * 8), trained(12)),
    ("selu", "tuning", DIGITS, _plain(*[64] * 4, activation="selu", initializer="lecun"), trained(10)),
    ("plain_friedman", "tuning", FRIEDMAN, _plain(32, 32), trained(25, lr=0.003)),
    ("deep_many_blobs", "tuning", MANY, _plain(*[64] * 6, activation="elu"), trained(8, lr=0.002)),
    ("plain_circles", "tuning", CIRCLES, _plain(32, 32, activation="tanh", initializer="xavier"), trained(15, lr=0.01)),
)

CASES = (
    *(_ill(code, name, "tuning", *rest) for code, name, *rest in _ILL),
    *(
        Case(f"healthy_{name}", None, part, data, {**model, **training})
        for name, part, data, model, training in _DEEP_AND_WELL
    ),
)
