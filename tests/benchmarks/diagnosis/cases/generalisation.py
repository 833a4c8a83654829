"""Trainings that learn nothing, too little, or their samples by heart."""

from __future__ import annotations

from typing import Any

from case import Case, Part
from made_data import Data

from cases.settings import cnn, mlp, trained


def _ill(code: str, name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return Case(f"{code}_{name}", code, part, data, {key: of for each in settings for key, of in each.items()})


def _constant(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return _ill("constant_predictor", name, part, data, *settings)


def _over(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return _ill("overfitting", name, part, data, *settings)


def _under(name: str, part: Part, data: Data, *settings: dict[str, Any]) -> Case:
    return _ill("underfitting", name, part, data, *settings)


_PLAIN = {"model.normalization": "none"}

CASES = (
    _constant("moons_shuffled", "tuning", Data("moons", shuffled=True), mlp(8), trained(12)),
    _constant("circles_linear", "tuning", Data("circles"), mlp(), trained(15, lr=0.01)),
    _constant(
        "digits_decayed",
        "tuning",
        Data("digits"),
        mlp(32, 32),
        _PLAIN,
        trained(15, "sgd", 0.05, hyper={"weight_decay": 0.5}),
    ),
    _constant(
        "friedman_decayed",
        "tuning",
        Data("friedman"),
        mlp(32, 32),
        _PLAIN,
        trained(15, "sgd", 0.05, hyper={"weight_decay": 0.8}),
    ),
    _constant(
        "fashion_shuffled",
        "tuning",
        Data("fashion", samples=2000, shuffled=True),
        mlp(8),
        trained(4, "sgd", 0.01, batch_size=64),
    ),
    # Forty steps: its loss is four times that of an answer without looking, and rare samples are not ignored, but found
    # as little as others.
    _constant("cancer_cut_short", "tuning", Data("cancer", rare=((0, 0.06),)), mlp(4, output="sigmoid"), trained(4)),
    _over("wide_blobs", "tuning", Data("wide_blobs", samples=400), mlp(128, 128), trained(40)),
    _over("cancer_noise", "tuning", Data("cancer", noise_columns=200), mlp(128, 128), trained(40)),
    _over("diabetes", "tuning", Data("diabetes"), mlp(128, 128), trained(80)),
    _over("fashion_few", "tuning", Data("fashion", samples=500), mlp(256, 256), _PLAIN, trained(50)),
    _over("digits_few", "tuning", Data("digits", samples=250, noise_columns=100), mlp(128), trained(60)),
    _under("digits_narrow", "tuning", Data("digits"), mlp(2), trained(30, lr=0.01)),
    _under("many_blobs_narrow", "tuning", Data("many_blobs"), mlp(2), trained(30, lr=0.01)),
    _under("digits_dropout", "tuning", Data("digits"), mlp(48, 48, dropout=0.85), trained(12)),
    _under("fashion_two", "tuning", Data("fashion", samples=1500, seed=9), mlp(2), trained(20, lr=0.01)),
    _under("friedman_narrow", "tuning", Data("friedman"), mlp(1), trained(40, lr=0.01)),
    _under(
        "digits_decayed",
        "tuning",
        Data("digits"),
        mlp(64, 64),
        _PLAIN,
        trained(20, "adamw", 0.003, hyper={"weight_decay": 0.04, "decay": "independent"}),
    ),
    _constant("cancer_shuffled", "tuning", Data("cancer", shuffled=True), mlp(3), trained(6, "sgd", 0.01)),
    _constant("circles_linear_sgd", "tuning", Data("circles", seed=1), mlp(), trained(12, "sgd", 0.05)),
    _constant(
        "blobs_decayed",
        "tuning",
        Data("blobs"),
        mlp(24, 24),
        _PLAIN,
        trained(15, "momentum", 0.02, hyper={"weight_decay": 0.6}),
    ),
    _constant("many_blobs_shuffled", "tuning", Data("many_blobs", shuffled=True), mlp(6), trained(8)),
    _over("friedman_noise", "tuning", Data("friedman", samples=400, noise_columns=80), mlp(128, 128), trained(60)),
    _over("wine_noise", "tuning", Data("wine", noise_columns=300), mlp(96), trained(60)),
    _over("many_blobs_few", "tuning", Data("many_blobs", samples=300, noise_columns=40), mlp(96, 96), trained(50)),
    _over(
        "fashion_few_cnn",
        "tuning",
        Data("fashion", "pictures", samples=400, seed=4),
        {"data.image_size": 14},
        cnn(16, 32),
        _PLAIN,
        trained(50, lr=0.003),
    ),
    _over("cancer_noise_tanh", "tuning", Data("cancer", noise_columns=300), mlp(64, activation="tanh"), trained(50)),
    _under("fashion_narrow", "tuning", Data("fashion", samples=2000), mlp(2), trained(15, lr=0.01)),
    _under("digits_cnn_dropout", "tuning", Data("digits", "pictures"), cnn(8, 8, dropout=0.9), trained(10)),
    _under("many_blobs_linear", "tuning", Data("many_blobs", seed=2), mlp(1, activation="tanh"), trained(30, lr=0.01)),
    _under("friedman_dropout", "tuning", Data("friedman"), mlp(32, 32, dropout=0.85), trained(20, lr=0.003)),
    _under("digits_narrow_tanh", "tuning", Data("digits", seed=2), mlp(2, activation="tanh"), trained(25, lr=0.01)),
)
