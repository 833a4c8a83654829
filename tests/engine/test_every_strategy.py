"""Everything that can be picked trains digits: each optimizer in each form, activation, schedule, norm, initializer.

The strategies and their learning rates are those of ``tests/benchmarks/every_strategy.py``, which trains them for
longer, exports them and asks for more.
"""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import desktop_app
from desktop_app.registry import Registry

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
# Two epochs, 90 steps, of which guessing gives 0.1.
BAR = 0.8
SATURATING = {"activation sigmoid"}
LOWER = 0.6


@pytest.fixture(scope="module")
def every_strategy() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("every_strategy")


def accuracies(every_strategy: ModuleType, registry: Registry, out: Path, kind: str) -> dict[str, float]:
    found = {}
    for strategy in every_strategy.strategies(registry):
        if strategy.name.startswith(f"{kind} "):
            run = desktop_app.train(every_strategy.experiment(strategy, epochs=2), out, registry)
            found[strategy.name] = run.result["val_accuracy"]
    return found


@pytest.mark.parametrize(
    ("kind", "fewest"),
    [("optimizer", 20), ("activation", 12), ("schedule", 9), ("normalization", 4), ("initializer", 8)],
)
def test_each_learns_digits_in_two_epochs(every_strategy, registry, tmp_path, kind: str, fewest: int) -> None:
    found = accuracies(every_strategy, registry, tmp_path, kind)

    below = {name: value for name, value in found.items() if value < (LOWER if name in SATURATING else BAR)}
    assert below == {}
    assert len(found) >= fewest


def test_every_optimizer_has_a_stated_learning_rate_and_none_is_left_over(every_strategy, registry: Registry) -> None:
    there = {
        (name, form or "standard")
        for name in registry.optimizers
        if "." not in name
        for form in every_strategy.forms_of(registry, name)
    }

    assert set(every_strategy.LEARNING_RATES) == there
