"""New optimizer: steps worked out by hand, and the checks that every optimizer must pass."""

import copy
from pathlib import Path

import pytest
import torch

from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(
    folder / "new_optimizer.py" for folder in Path(__file__).parents if (folder / "new_optimizer.py").is_file()
)
(new_optimizer,) = contributions_of(PLUGIN)


def test_two_steps_are_those_worked_out_by_hand() -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = new_optimizer.create([weight], lr=0.1, momentum=0.5, weight_decay=0.1)

    weight.grad = torch.tensor([4.0, -2.0])
    optimizer.step()

    # m = (2, -1); the weights lose a hundredth of themselves, then a tenth of m.
    assert weight.tolist() == pytest.approx([0.99 - 0.2, -1.98 + 0.1])

    weight.grad = torch.tensor([-2.0, 1.0])
    optimizer.step()

    # m = (1 - 1, -0.5 + 0.5) = 0: only the decay is left.
    assert weight.tolist() == pytest.approx([0.99 * 0.79, 0.99 * -1.88])


def test_a_resumed_run_has_the_bits_of_one_that_was_not_cut() -> None:
    straight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    first = new_optimizer.create([straight])
    straight.grad = torch.tensor([0.3, -0.7])
    first.step()
    resumed = torch.nn.Parameter(straight.detach().clone())
    second = new_optimizer.create([resumed])

    second.load_state_dict(copy.deepcopy(first.state_dict()))
    for weight, optimizer in ((straight, first), (resumed, second)):
        weight.grad = torch.tensor([-0.1, 0.2])
        optimizer.step()

    assert torch.equal(straight, resumed)


@pytest.mark.parametrize(("name", "value"), [("lr", -1.0), ("momentum", 1.0), ("weight_decay", -0.1)])
def test_what_makes_no_sense_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must be .*got {value}"):
        new_optimizer.maker([torch.nn.Parameter(torch.ones(1))], **{name: value})


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
