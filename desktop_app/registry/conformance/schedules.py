"""What is asked of schedules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from desktop_app.api.contributions import Schedule
from desktop_app.registry.conformance.check import Rule, RuleError
from desktop_app.registry.conformance.hyper_parameters import bad_values, none_ignored
from desktop_app.registry.conformance.optimizer_state import saved_and_read

_TOTALS = (1, 2, 7, 1000)
_BEYOND = 5
_EXERCISED_STEPS = 100
_NEGLIGIBLE_RATE = 1e-6
# Validation losses as they come: a quick fall, a slow one, none at all, a rise.
_LOSSES = (
    [1.0 / (1 + epoch) for epoch in range(10)]
    + [0.1 - 1e-5 * epoch for epoch in range(30)]
    + [0.0997] * 40
    + [0.0997 + 0.01 * epoch for epoch in range(40)]
)


class _Plain(torch.optim.Optimizer):
    """An optimizer that has a learning rate and nothing else: no momentum, no betas."""

    def __init__(self, *rates: float) -> None:
        weights = [torch.nn.Parameter(torch.zeros(1)) for _ in rates]
        groups = [{"params": [weight], "lr": rate} for weight, rate in zip(weights, rates, strict=True)]
        super().__init__(groups, {"lr": rates[0]})

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Do nothing: only the rates are looked at."""


def _adam() -> torch.optim.Optimizer:
    return torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=0.01)


def step(schedule: Any, number: int) -> None:
    """Step as the training loop does: a plateau is told the validation loss, the others count."""
    schedule.optimizer.step()
    if isinstance(schedule, ReduceLROnPlateau):
        schedule.step(_LOSSES[number % len(_LOSSES)])
    else:
        schedule.step()


def _rates(schedule: Any) -> list[float]:
    return [float(group["lr"]) for group in schedule.optimizer.param_groups]


def exercise(contribution: Schedule, hyper: Mapping[str, Any]) -> Sequence[Tensor]:
    """Return the rates and the momenta of each step."""
    schedule = contribution.create(_adam(), _EXERCISED_STEPS, **hyper)
    found = []
    for number in range(len(_LOSSES) if isinstance(schedule, ReduceLROnPlateau) else _EXERCISED_STEPS + _BEYOND):
        group = schedule.optimizer.param_groups[0]
        found.append([float(group["lr"]), *map(float, group["betas"])])
        step(schedule, number)
    return [torch.tensor(found, dtype=torch.float64)]


def positive(contribution: Schedule) -> str:
    """Return the lengths that were tried. Raises: ``RuleError`` for a rate that is no positive number."""
    for total in _TOTALS:
        schedule = contribution.create(_Plain(0.01), total)
        for number in range(total + _BEYOND):
            (rate,) = _rates(schedule)
            if not (math.isfinite(rate) and rate > 0.0):
                raise RuleError(f"with {total} steps in all, the learning rate is {rate:g} at step {number}.")
            step(schedule, number)
    return f"runs of {', '.join(map(str, _TOTALS))} steps, and {_BEYOND} beyond, with an optimizer without momentum"


def resumes(contribution: Schedule) -> str:
    """Return a word on a schedule that was cut. Raises: ``RuleError`` where it goes on otherwise."""
    for total in (2, 40):
        straight = contribution.create(_adam(), total)
        for number in range(total // 2):
            step(straight, number)
        resumed = contribution.create(_adam(), total)
        resumed.optimizer.load_state_dict(saved_and_read(straight.optimizer.state_dict()))
        resumed.load_state_dict(saved_and_read(straight.state_dict()))
        for number in range(total // 2, total + _BEYOND):
            step(straight, number)
            step(resumed, number)
            if _rates(straight) != _rates(resumed):
                raise RuleError(
                    f"saved at step {total // 2} and resumed, the learning rate at step {number + 1} is "
                    f"{_rates(resumed)[0]:g} instead of {_rates(straight)[0]:g}."
                )
    return "saved half-way, read with weights_only, the same rates to the end"


def keeps_ratio(contribution: Schedule) -> str:
    """Return a word on groups. Raises: ``RuleError`` where two rates do not keep their ratio."""
    schedule = contribution.create(_Plain(0.01, 0.001), 50)
    for number in range(50):
        first, second = _rates(schedule)
        if first < _NEGLIGIBLE_RATE:
            break  # torch's plateau stops there, each group for itself
        if not math.isclose(first, 10.0 * second, rel_tol=1e-6):
            raise RuleError(
                f"at step {number}, rates that began as 0.01 and 0.001 are {first:g} and {second:g}; multiply the rate "
                f"that each group began with."
            )
        step(schedule, number)
    return "groups keep the ratio of their rates"


def begins_anew(contribution: Schedule) -> str:
    """Return a word on two schedules. Raises: ``RuleError`` where the second does not run as the first did."""
    if not torch.equal(exercise(contribution, {})[0], exercise(contribution, {})[0]):
        raise RuleError("a second schedule does not run as the first did; keep nothing in the class or the module.")
    return "two schedules run alike"


RULES = (
    Rule("positive rates", positive),
    Rule("state_dict goes there and back", resumes),
    Rule("groups keep their ratio", keeps_ratio),
    Rule("repeats itself", begins_anew),
    bad_values(exercise),
    none_ignored(exercise),
)
