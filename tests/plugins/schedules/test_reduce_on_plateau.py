"""Reduce on plateau: cuts by numbers, alone and in a training that is stopped and resumed."""

import copy
from typing import Any

import pytest
import torch

from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.stepper import Stepper
from desktop_app.registry import Registry

LOSSES = [1.0, 0.5, 0.5, 0.6, 0.49996, 0.4, 0.4, 0.4, 0.4, 0.4]


def course(registry: Registry, losses: list[float] = LOSSES, rate: float = 0.4, **hyper: Any) -> list[float]:
    """Return the learning rate after each epoch."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    schedule = registry.schedules["reduce_on_plateau"].create(optimizer, 100, **hyper)
    found = []
    for loss in losses:
        schedule.step(loss)
        found.append(optimizer.param_groups[0]["lr"])
    return found


def test_the_third_epoch_without_improvement_cuts(registry: Registry) -> None:
    # 0.5, 0.6 and 0.49996 are no improvement on 0.5: the last one lies less than a ten-thousandth below it.
    assert course(registry) == pytest.approx([0.4, 0.4, 0.4, 0.4, 0.04, 0.04, 0.04, 0.04, 0.004, 0.004])


def test_every_hyper_parameter_counts(registry: Registry) -> None:
    assert course(registry, factor=0.5) == pytest.approx([0.4] * 4 + [0.2] * 4 + [0.1] * 2)
    assert course(registry, patience=1) == pytest.approx([0.4] * 3 + [0.04] * 4 + [0.004, 0.004, 0.0004][:3])
    assert course(registry, threshold=0.0)[4] == 0.4  # 0.49996 is then an improvement
    assert course(registry, cooldown=3)[8] == pytest.approx(0.04)  # the fourth 0.4 came too early to count
    assert course(registry, floor=0.5) == pytest.approx([0.4] * 4 + [0.2] * 6)


def test_small_learning_rates_are_cut_too(registry: Registry) -> None:
    assert course(registry, rate=1e-8)[-1] == pytest.approx(1e-10)


def test_a_rate_set_by_hand_takes_its_floor_along(registry: Registry) -> None:
    weight = torch.nn.Parameter(torch.ones(1))
    plateau = PluginChoice(name="reduce_on_plateau", patience=0, floor=0.5)
    stepper = Stepper(registry, PluginChoice(name="sgd", lr=0.4), plateau, [("weight", weight)], total_steps=8)

    stepper.learning_rate = 0.04
    found = []
    for _ in range(4):
        stepper.epoch_ended(1.0)
        found.append(stepper.learning_rate)

    assert found == pytest.approx([0.04, 0.02, 0.02, 0.02])


def test_its_state_is_plain_data_and_goes_on_where_it_was(registry: Registry, tmp_path) -> None:
    def made() -> Any:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
        return registry.schedules["reduce_on_plateau"].create(optimizer, 100, patience=1)

    straight, resumed = made(), made()
    for loss in LOSSES[:5]:
        straight.step(loss)
    torch.save([straight.state_dict(), straight.optimizer.state_dict()], tmp_path / "state.pt")
    state, optimizer_state = torch.load(tmp_path / "state.pt", weights_only=True)
    resumed.optimizer.load_state_dict(copy.deepcopy(optimizer_state))
    resumed.load_state_dict(state)

    for loss in LOSSES[5:]:
        for schedule in (straight, resumed):
            schedule.step(loss)
        assert resumed.optimizer.param_groups[0]["lr"] == straight.optimizer.param_groups[0]["lr"]
    assert resumed.state_dict() == straight.state_dict()
