"""Learning rates by numbers; every schedule outlives its end, works for one step and comes back from its state."""

import math
import warnings
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LRScheduler,
    OneCycleLR,
    PolynomialLR,
    StepLR,
)

from desktop_app.errors import PluginError
from desktop_app.registry import Registry

NAMES = [
    "constant",
    "cosine",
    "cosine_restarts",
    "exponential",
    "one_cycle",
    "polynomial",
    "step",
    "warmup_cosine",
]
PEAK = 0.4


def optimizer(kind: type = torch.optim.SGD, **hyper: Any) -> torch.optim.Optimizer:
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    made: torch.optim.Optimizer = kind([weight], lr=PEAK, **hyper)
    return made


def rates(schedule: LRScheduler, steps: int) -> list[float]:
    """Return the learning rates that the first ``steps`` optimizer steps are made with."""
    used = []
    for _ in range(steps):
        used.append(schedule.optimizer.param_groups[0]["lr"])
        schedule.optimizer.step()
        schedule.step()
    return used


def course(registry: Registry, name: str, total: int, steps: int | None = None, **hyper: Any) -> list[float]:
    return rates(registry.schedules[name].create(optimizer(), total, **hyper), steps or total)


def test_constant_stays(registry: Registry) -> None:
    assert course(registry, "constant", 3) == [0.4, 0.4, 0.4]


def test_cosine_by_hand(registry: Registry) -> None:
    # cos of 0, 45, 90 and 135 degrees
    half = math.sqrt(0.5)
    assert course(registry, "cosine", 4) == pytest.approx([0.4, 0.2 * (1 + half), 0.2, 0.2 * (1 - half)])
    assert course(registry, "cosine", 4, floor=0.5) == pytest.approx([0.4, 0.3 + 0.1 * half, 0.3, 0.3 - 0.1 * half])


def test_cosine_is_torchs_annealing(registry: Registry) -> None:
    assert course(registry, "cosine", 50) == pytest.approx(rates(CosineAnnealingLR(optimizer(), 50), 50))


def test_step_by_hand(registry: Registry) -> None:
    assert course(registry, "step", 6) == pytest.approx([0.4, 0.4, 0.04, 0.04, 0.004, 0.004])
    assert course(registry, "step", 4, every=0.5, gamma=0.5) == pytest.approx([0.4, 0.4, 0.2, 0.2])
    assert course(registry, "step", 30, every=0.1) == pytest.approx(rates(StepLR(optimizer(), 3), 30))


def test_warmup_cosine_by_hand(registry: Registry) -> None:
    # Two of eight steps rise by thirds; the other six fall from the peak.
    fall = [0.2 * (1 + math.cos(math.pi * step / 6)) for step in range(6)]
    assert course(registry, "warmup_cosine", 8, warmup=0.25) == pytest.approx([0.4 / 3, 0.8 / 3, *fall])
    assert course(registry, "warmup_cosine", 8, warmup=0.0) == pytest.approx(course(registry, "cosine", 8))
    assert course(registry, "warmup_cosine", 2, warmup=0.0, floor=0.5) == pytest.approx([0.4, 0.3])


def test_exponential_by_hand(registry: Registry) -> None:
    # A sixteenth is left when all four steps are done: a half at each.
    assert course(registry, "exponential", 4, final=1 / 16) == pytest.approx([0.4, 0.2, 0.1, 0.05])
    assert course(registry, "exponential", 2) == pytest.approx([0.4, 0.04])  # the root of a hundredth
    assert course(registry, "exponential", 50) == pytest.approx(rates(ExponentialLR(optimizer(), 0.01 ** (1 / 50)), 50))


def test_polynomial_by_hand(registry: Registry) -> None:
    assert course(registry, "polynomial", 4) == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert course(registry, "polynomial", 4, power=2.0) == pytest.approx([0.4, 0.225, 0.1, 0.025])
    assert course(registry, "polynomial", 4, final=0.5) == pytest.approx([0.4, 0.35, 0.3, 0.25])
    theirs = rates(PolynomialLR(optimizer(), 50, power=0.9), 50)
    assert course(registry, "polynomial", 50, power=0.9) == pytest.approx(theirs)


def test_cosine_restarts_by_hand(registry: Registry) -> None:
    half = math.sqrt(0.5)
    fall = [0.4, 0.2 * (1 + half), 0.2, 0.2 * (1 - half)]
    # Seven parts of two steps: one, two and four of them.
    used = course(registry, "cosine_restarts", 14)
    assert used[:6] == pytest.approx([0.4, 0.2, *fall])
    assert used[6] == 0.4
    assert used[6:] == pytest.approx(course(registry, "cosine", 8))
    assert course(registry, "cosine_restarts", 8, cycles=2, growth=1.0) == pytest.approx(fall * 2)
    assert course(registry, "cosine_restarts", 4, cycles=1) == pytest.approx(fall)
    assert course(registry, "cosine_restarts", 2, cycles=1, floor=0.5) == pytest.approx([0.4, 0.3])


def test_cosine_restarts_is_torchs_where_the_cycles_fit(registry: Registry) -> None:
    theirs = rates(CosineAnnealingWarmRestarts(optimizer(), T_0=5, T_mult=2), 35)

    assert course(registry, "cosine_restarts", 35) == pytest.approx(theirs)


@pytest.mark.parametrize("total", [1, 2, 3])
def test_more_cycles_than_steps_are_left_out(registry: Registry, total: int) -> None:
    assert course(registry, "cosine_restarts", total, cycles=10, growth=1.0) == [PEAK] * total


@pytest.mark.parametrize(
    ("hyper", "torchs"),
    [
        ({}, {}),
        ({"rise": 0.5}, {"pct_start": 0.5}),
        ({"start_divisor": 10.0}, {"div_factor": 10.0}),
        ({"final_divisor": 100.0}, {"final_div_factor": 100.0}),
        ({"low_momentum": 0.5}, {"base_momentum": 0.5}),
        ({"high_momentum": 0.9}, {"max_momentum": 0.9}),
        ({"cycle_momentum": False}, {"cycle_momentum": False}),
    ],
)
@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam])
def test_one_cycle_is_torchs(registry: Registry, hyper: dict[str, Any], torchs: dict[str, Any], kind: type) -> None:
    start = {"momentum": 0.77} if kind is torch.optim.SGD else {"betas": (0.77, 0.99)}
    ours = registry.schedules["one_cycle"].create(optimizer(kind, **start), 20, **hyper)
    theirs = OneCycleLR(optimizer(kind, **start), PEAK, 20, **torchs)
    for step in range(20):
        mine, other = ours.optimizer.param_groups[0], theirs.optimizer.param_groups[0]
        assert mine["lr"] == pytest.approx(other["lr"], rel=1e-9)
        for name in start:
            assert mine[name] == pytest.approx(other[name], rel=1e-9)
        for schedule in (ours, theirs):
            schedule.optimizer.step()
            if step < 19:
                schedule.step()


def test_one_cycle_leaves_an_optimizer_without_momentum_alone(registry: Registry) -> None:
    plain = optimizer()
    registry.schedules["one_cycle"].create(plain, 10)

    assert plain.param_groups[0]["momentum"] == 0
    assert plain.param_groups[0]["lr"] == pytest.approx(PEAK / 25)


@pytest.mark.parametrize("name", NAMES)
def test_beyond_the_end_the_last_learning_rate_stays(registry: Registry, name: str) -> None:
    used = course(registry, name, 10, steps=25)

    assert used[10:] == [used[9]] * 15
    assert used[9] > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_single_step_uses_the_learning_rate_itself(registry: Registry, name: str) -> None:
    assert course(registry, name, 1) == [PEAK]


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=25)
@given(total=st.integers(1, 60), done=st.integers(0, 70))
def test_a_restored_schedule_goes_on_exactly(registry: Registry, name: str, total: int, done: int) -> None:
    straight = registry.schedules[name].create(optimizer(torch.optim.Adam), total)
    rates(straight, done)
    resumed = registry.schedules[name].create(optimizer(torch.optim.Adam), total + 5)
    resumed.optimizer.load_state_dict(straight.optimizer.state_dict())
    resumed.load_state_dict(straight.state_dict())

    for _ in range(15):
        assert resumed.optimizer.param_groups[0]["lr"] == straight.optimizer.param_groups[0]["lr"]
        assert resumed.optimizer.param_groups[0]["betas"] == straight.optimizer.param_groups[0]["betas"]
        rates(straight, 1)
        rates(resumed, 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_state_is_plain_data(registry: Registry, name: str, tmp_path) -> None:
    schedule = registry.schedules[name].create(optimizer(), 10)
    torch.save(schedule.state_dict(), tmp_path / "state.pt")

    assert torch.load(tmp_path / "state.pt", weights_only=True) == schedule.state_dict()


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=25)
@given(total=st.integers(1, 200))
def test_no_length_gives_a_learning_rate_of_zero_or_above_the_peak(registry: Registry, name: str, total: int) -> None:
    assert all(0 < rate <= PEAK * (1 + 1e-12) for rate in course(registry, name, total))


@pytest.mark.parametrize(
    ("name", "hyper", "message"),
    [
        ("cosine", {"floor": 1.5}, "floor must lie between 0 and 1, got 1.5"),
        ("warmup_cosine", {"floor": -0.5}, "floor must lie between 0 and 1, got -0.5"),
        ("warmup_cosine", {"warmup": 1.0}, "warmup must be at least 0 and below 1, got 1.0"),
        ("step", {"every": 0.0}, "every must be above 0 and at most 1, got 0.0"),
        ("step", {"gamma": 0.0}, "gamma must be above 0, got 0.0"),
        ("exponential", {"final": 0.0}, "final must be above 0 and at most 1, got 0.0"),
        ("polynomial", {"power": 0.0}, "power must be above 0, got 0.0"),
        ("polynomial", {"final": 1.5}, "final must lie between 0 and 1, got 1.5"),
        ("cosine_restarts", {"cycles": 0}, "cycles must lie between 1 and 100, got 0"),
        ("cosine_restarts", {"growth": 0.0}, "growth must lie between 0.1 and 10, got 0.0"),
        ("cosine_restarts", {"floor": -1.0}, "floor must lie between 0 and 1, got -1.0"),
        ("reduce_on_plateau", {"factor": 1.0}, "factor must be above 0 and below 1, got 1.0"),
        ("reduce_on_plateau", {"threshold": -0.5}, "threshold must lie between 0 and 1, got -0.5"),
        ("reduce_on_plateau", {"floor": 2.0}, "floor must lie between 0 and 1, got 2.0"),
        ("reduce_on_plateau", {"patience": -1}, "patience must be at least 0, got -1"),
        ("reduce_on_plateau", {"cooldown": -1}, "cooldown must be at least 0, got -1"),
        ("one_cycle", {"rise": 2.0}, "rise must lie between 0 and 1, got 2.0"),
        ("one_cycle", {"start_divisor": 0.5}, "start_divisor must be at least 1, got 0.5"),
        ("one_cycle", {"final_divisor": 0.0}, "final_divisor must be at least 1, got 0.0"),
        ("one_cycle", {"high_momentum": 1.0}, "high_momentum must be at least 0 and below 1, got 1.0"),
    ],
)
def test_what_makes_no_sense_is_refused(registry: Registry, name: str, hyper: dict[str, float], message: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # these lie outside the usual range too
        with pytest.raises(PluginError, match=message):
            registry.schedules[name].create(optimizer(), 10, **hyper)
