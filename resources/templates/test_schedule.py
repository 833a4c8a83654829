"""New schedule: rates worked out by hand, and the checks that every schedule must pass."""

from pathlib import Path

import pytest
import torch

from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(folder / "new_schedule.py" for folder in Path(__file__).parents if (folder / "new_schedule.py").is_file())
(new_schedule,) = contributions_of(PLUGIN)


def rates(steps: int, **hyper: float) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    schedule = new_schedule.create(optimizer, 4, **hyper)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def test_its_rates_are_those_worked_out_by_hand() -> None:
    # From 1 towards 0.2 in four steps of 0.2; beyond the end it stays.
    assert rates(6, floor=0.2) == pytest.approx([1.0, 0.8, 0.6, 0.4, 0.4, 0.4])


def test_a_floor_of_one_changes_nothing() -> None:
    assert rates(4, floor=1.0) == [1.0, 1.0, 1.0, 1.0]


def test_a_floor_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"floor must lie between 0 and 1, got 1.5"):
        new_schedule.maker(torch.optim.SGD([torch.nn.Parameter(torch.ones(1))]), 4, floor=1.5)


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
