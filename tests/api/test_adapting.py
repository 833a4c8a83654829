"""Somebody else's class as a factory: which hyper-parameters are read from it, and what it is called with."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Literal

import torch

from desktop_app.api import Optimizer, adapted


class Norm(IntEnum):
    AUTO = 1


class Theirs:
    """Theirs.

    Args:
        lr: How fast.
    """

    def __init__(
        self,
        params: Any,
        lr: float | torch.Tensor = 1,
        betas: tuple[float, float] | tuple[float, float, float] = (0.9, 0.99),
        weight_decay=0,
        rounds=3,
        mode: Literal["a", "b"] = "a",
        norm: int = Norm.AUTO,
        limit: float | None = None,
        shape: Callable[[float], float] = abs,
        nesterov: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        dtype: torch.dtype = torch.float32,
        **kwargs: Any,
    ) -> None:
        self.called_with = {"params": params, "lr": lr, "weight_decay": weight_decay, **kwargs}


class Required:
    def __init__(self, params: Any, steps: int, lr: float = 0.1) -> None:
        self.steps = steps


def kinds(factory: Callable[..., Any]) -> dict[str, tuple[str, Any]]:
    return {p.name: (p.kind, p.default) for p in Optimizer("theirs", factory).parameters}


def test_only_what_can_be_written_down_is_kept_in_clean_types() -> None:
    assert kinds(adapted(Theirs)) == {
        "lr": ("number", 1),
        "betas": ("list", (0.9, 0.99)),
        "weight_decay": ("number", 0),  # a whole 0 without an annotation
        "rounds": ("integer", 3),
        "mode": ("choice", "a"),
        "limit": ("number", None),
        "nesterov": ("switch", False),
    }


def test_help_comes_from_the_class() -> None:
    (lr, *_) = Optimizer("theirs", adapted(Theirs)).parameters

    assert lr.help == "How fast."


def test_changed_defaults_are_shown_and_passed_on() -> None:
    factory = adapted(Theirs, defaults={"lr": 0.5}, leave_out=("rounds",))

    assert kinds(factory)["lr"] == ("number", 0.5)
    assert "rounds" not in kinds(factory)
    assert factory([1]).called_with == {"params": [1], "lr": 0.5, "weight_decay": 0}
    assert factory([1], lr=0.1).called_with["lr"] == 0.1


def test_what_must_be_given_stays_so() -> None:
    (steps, lr) = Optimizer("required", adapted(Required)).parameters

    assert steps.required
    assert not lr.required


def test_something_else_can_be_called_in_its_place() -> None:
    factory = adapted(Theirs, make=lambda params, **hyper: (params, hyper))

    assert factory(7, lr=2.0) == (7, {"lr": 2.0})
    assert kinds(factory)["lr"] == ("number", 1)


def test_the_file_is_theirs() -> None:
    assert Optimizer("theirs", adapted(Theirs)).file == __file__
