"""The textbook's nag: the network holds looked-ahead weights while it trains, and the true ones while it is judged."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

from desktop_app.errors import PluginError
from desktop_app.registry import Registry


@pytest.fixture
def trained(registry: Registry):
    """Return a weight after three steps down a bowl, and its optimizer."""
    torch.manual_seed(6)
    weight = nn.Parameter(torch.randn(1000))
    optimizer = registry.optimizers["nag"].create([weight], lr=0.1, form="textbook")
    descend(weight, optimizer, 3)
    return weight, optimizer


def descend(weight: nn.Parameter, optimizer: torch.optim.Optimizer, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()


def test_evaluation_sees_the_true_weights_and_training_gets_its_very_bits_back(trained) -> None:
    weight, optimizer = trained
    ahead = weight.detach().clone()
    state = optimizer.state[weight]

    optimizer.eval()
    assert torch.equal(weight, state["true_weight"])
    torch.testing.assert_close(ahead, weight - 0.9 * state["velocity"])
    assert not torch.equal(weight, ahead)

    optimizer.train()
    assert torch.equal(weight, ahead)


def test_the_bits_come_back_after_a_schedule_has_moved_the_momentum(trained) -> None:
    weight, optimizer = trained
    ahead = weight.detach().clone()
    optimizer.param_groups[0]["momentum"] = 0.5
    optimizer.eval()
    optimizer.train()

    assert torch.equal(weight, ahead)


def test_asking_twice_changes_nothing(trained) -> None:
    weight, optimizer = trained
    ahead = weight.detach().clone()
    optimizer.train()
    assert torch.equal(weight, ahead)
    optimizer.eval()
    optimizer.eval()
    optimizer.train()

    assert torch.equal(weight, ahead)


def test_a_weight_without_a_step_is_the_same_in_both(registry: Registry) -> None:
    weight = nn.Parameter(torch.ones(2))
    optimizer = registry.optimizers["nag"].create([weight], form="textbook")
    optimizer.eval()
    optimizer.train()

    assert weight.tolist() == [1.0, 1.0]
    assert not optimizer.state


@pytest.mark.parametrize("evaluating", [False, True], ids=["training", "evaluating"])
def test_the_state_goes_through_a_file_in_either_mode(
    registry: Registry, trained, tmp_path: Path, evaluating: bool
) -> None:
    weight, optimizer = trained
    if evaluating:
        optimizer.eval()
    torch.save(optimizer.state_dict(), tmp_path / "state.pt")
    other = copy.deepcopy(weight)
    again = registry.optimizers["nag"].create([other], lr=0.1, form="textbook")
    again.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    for held, its in ((weight, optimizer), (other, again)):
        its.train()
        descend(held, its, 3)

    assert torch.equal(weight, other)
    again.eval()
    assert not torch.equal(weight, other)


def test_a_step_while_evaluating_is_refused(trained) -> None:
    weight, optimizer = trained
    optimizer.eval()

    with pytest.raises(RuntimeError, match=r"step\(\) was called after eval\(\); call train\(\) before going on"):
        descend(weight, optimizer, 1)


def test_without_momentum_it_is_refused_in_both_forms(registry: Registry) -> None:
    for form in ("standard", "textbook"):
        with pytest.raises(PluginError, match=r"momentum must be above 0, got 0\.0; use sgd for none"):
            registry.optimizers["nag"].create([nn.Parameter(torch.ones(2))], momentum=0.0, form=form)
