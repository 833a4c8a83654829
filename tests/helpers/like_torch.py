"""What each optimizer's standard form is of ``torch.optim``, written as its users would: name, settings, and the class.

Rules of torch's that come with kernels of their own are asked to use them. To cover another optimizer, add a line.
"""

from collections.abc import Callable
from typing import Any

from torch import optim

LIKE_TORCH: list[tuple[str, dict[str, Any], Callable[[Any], optim.Optimizer]]] = [
    ("sgd", {"lr": 0.1}, lambda p: optim.SGD(p, lr=0.1, fused=True)),
    (
        "momentum",
        {"lr": 0.05, "momentum": 0.8, "dampening": 0.1, "weight_decay": 0.01},
        lambda p: optim.SGD(p, lr=0.05, momentum=0.8, dampening=0.1, weight_decay=0.01, fused=True),
    ),
    (
        "nag",
        {"lr": 0.05, "momentum": 0.8},
        lambda p: optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, fused=True),
    ),
    (
        "adagrad",
        {"lr_decay": 0.1, "initial_accumulator_value": 0.1},
        lambda p: optim.Adagrad(p, lr_decay=0.1, initial_accumulator_value=0.1, fused=True),
    ),
    ("rmsprop", {"alpha": 0.9, "momentum": 0.5}, lambda p: optim.RMSprop(p, lr=0.001, alpha=0.9, momentum=0.5)),
    ("adam", {"beta1": 0.8, "beta2": 0.95}, lambda p: optim.Adam(p, betas=(0.8, 0.95), fused=True)),
    ("adamw", {"beta1": 0.8, "amsgrad": True}, lambda p: optim.AdamW(p, betas=(0.8, 0.999), amsgrad=True, fused=True)),
    ("nadam", {"beta1": 0.8, "beta2": 0.95}, lambda p: optim.NAdam(p, betas=(0.8, 0.95))),
    # With nothing given but what torch's own defaults are not: the rest must be torch's.
    ("momentum", {}, lambda p: optim.SGD(p, lr=0.01, momentum=0.9, fused=True)),
    ("nag", {}, lambda p: optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True, fused=True)),
    ("adagrad", {}, lambda p: optim.Adagrad(p, fused=True)),
    ("rmsprop", {"lr": 0.01}, lambda p: optim.RMSprop(p)),
    ("adam", {}, lambda p: optim.Adam(p, fused=True)),
    ("adamw", {}, lambda p: optim.AdamW(p, fused=True)),
    ("nadam", {}, lambda p: optim.NAdam(p)),
    ("radam", {}, lambda p: optim.RAdam(p)),
]


def in_words(name: str, hyper: dict[str, Any]) -> str:
    """Return a name for a test's case."""
    return "-".join([name, *hyper])
