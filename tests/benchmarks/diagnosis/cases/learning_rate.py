"""Trainings whose learning rate is too high or too low, whose numbers overflow, or whose batches are too small."""

from __future__ import annotations

from typing import Any

from case import Case, Part
from made_data import Data

from cases.settings import cnn, mlp, trained


def _plain(*layers: int, **model: Any) -> dict[str, Any]:
    return mlp(*layers, normalization="none", **model)


DIGITS, BLOBS, CANCER, FRIEDMAN = Data("digits"), Data("blobs"), Data("cancer"), Data("friedman")
MANY, MOONS, CIRCLES = Data("many_blobs"), Data("moons"), Data("circles")
IRIS, WINE = Data("iris"), Data("wine")
FASHION = Data("fashion", samples=2500, seed=6)
PICTURES = Data("digits", "pictures")
_CUT = {"data.validation": 0.3}

_ILL = (
    ("learning_rate_too_high", "adam", DIGITS, _plain(64, 64), trained(8, lr=1.0)),
    ("learning_rate_too_high", "adam_norm", DIGITS, mlp(64, 64), trained(8, lr=1.0)),
    ("learning_rate_too_high", "momentum", DIGITS, mlp(64, 64), trained(8, "momentum", 1.0)),
    ("learning_rate_too_high", "sgd", FRIEDMAN, _plain(32, 32), trained(10, "sgd", 0.7)),
    ("learning_rate_too_high", "friedman_adam", FRIEDMAN, _plain(32, 32), trained(10, lr=1.0)),
    ("learning_rate_too_high", "blobs", BLOBS, _plain(64, 64), trained(8, lr=0.5)),
    ("learning_rate_too_high", "cnn", PICTURES, cnn(8, 16), trained(4, lr=1.0)),
    ("learning_rate_too_high", "rmsprop", DIGITS, _plain(64), trained(8, "rmsprop", 0.5)),
    ("learning_rate_too_low", "sgd", DIGITS, mlp(64), trained(10, "sgd", 0.0001)),
    ("learning_rate_too_low", "adam", DIGITS, _plain(64, 64), trained(10, lr=0.00001)),
    ("learning_rate_too_low", "momentum", BLOBS, mlp(64, 64), trained(8, "momentum", 0.00001)),
    ("learning_rate_too_low", "friedman", FRIEDMAN, _plain(32, 32), trained(10, lr=0.00001)),
    ("learning_rate_too_low", "cnn", PICTURES, cnn(8, 16), trained(4, "sgd", 0.0001)),
    ("non_finite", "sgd", DIGITS, _plain(64, 64), trained(8, "sgd", 1e6)),
    ("non_finite", "friedman", FRIEDMAN, _plain(32, 32), trained(8, "sgd", 20.0)),
    ("small_batch_norm", "wine", WINE, {**_CUT, **mlp(16, 16)}, trained(6, lr=0.003, batch_size=2)),
    ("small_batch_norm", "iris", IRIS, {**_CUT, **mlp(16)}, trained(6, lr=0.003, batch_size=2)),
    ("learning_rate_too_high", "many_blobs", MANY, mlp(96, 48), trained(8, "adamw", 2.0)),
    ("learning_rate_too_high", "circles", CIRCLES, _plain(32, 32, activation="gelu"), trained(10, "nadam", 1.0)),
    ("learning_rate_too_high", "fashion", FASHION, _plain(64), trained(4, "sgd", 8.0)),
    ("learning_rate_too_high", "diabetes", Data("diabetes"), _plain(24, 24), trained(15, "nag", 0.6)),
    ("learning_rate_too_low", "many_blobs", MANY, mlp(64, activation="gelu"), trained(8, "adamw", 0.000003)),
    ("learning_rate_too_low", "moons", MOONS, _plain(24, 24, activation="tanh"), trained(8, "sgd", 0.00005)),
    ("learning_rate_too_low", "fashion", FASHION, mlp(64, 32), trained(4, "nag", 0.00001)),
    ("non_finite", "many_blobs", MANY, _plain(48, 48), trained(8, "momentum", 1e5)),
    ("non_finite", "diabetes", Data("diabetes", seed=2), _plain(32), trained(8, "sgd", 50.0)),
    ("small_batch_norm", "moons", Data("moons", samples=300), mlp(16, 16), trained(4, batch_size=2)),
    (
        "small_batch_norm",
        "cancer",
        CANCER,
        mlp(24),
        trained(3, "adamw", batch_size=32, micro_batch=2),
    ),
)

_WELL: tuple[tuple[str, Part, Data, dict[str, Any], dict[str, Any]], ...] = (
    ("sgd_fast", "tuning", DIGITS, mlp(64), trained(14, "sgd", 0.1)),
    ("adam_fast", "tuning", BLOBS, mlp(32), trained(10, lr=0.02)),
    ("lion", "tuning", DIGITS, mlp(64), trained(12, "lion", 0.0003)),
    ("large_batches", "tuning", DIGITS, mlp(64), trained(30, lr=0.005, batch_size=256)),
    ("small_batches", "tuning", MANY, mlp(48), trained(5, lr=0.001, batch_size=8)),
    ("adagrad", "tuning", DIGITS, mlp(96, 48), trained(14, "adagrad", 0.03)),
)


def _case(code: str | None, name: str, part: Part, data: Data, model: dict[str, Any], training: dict[str, Any]) -> Case:
    return Case(f"{code or 'healthy'}_{name}", code, part, data, {**model, **training})


CASES = (
    *(_case(code, name, "tuning", *rest) for code, name, *rest in _ILL),
    *(_case(None, name, part, *rest) for name, part, *rest in _WELL),
)
