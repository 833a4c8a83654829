"""Each optimizer steps bit for bit as the class of torch.optim with the same options, and keeps its state."""

import copy
from typing import Any

import pytest
import torch
from like_torch import LIKE_TORCH, in_words
from torch import nn, optim

from desktop_app.errors import PluginError
from desktop_app.registry import Registry

NAMES = sorted({name for name, _, _ in LIKE_TORCH})


def network() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 2))


def train(module: nn.Module, optimizer: optim.Optimizer, steps: int) -> None:
    inputs = torch.linspace(-2, 2, 20).reshape(4, 5)
    for _ in range(steps):
        optimizer.zero_grad()
        module(inputs).square().sum().backward()
        optimizer.step()


def same_bits(first: nn.Module, second: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@pytest.mark.parametrize(
    ("name", "hyper", "torchs"), LIKE_TORCH, ids=[in_words(name, hyper) for name, hyper, _ in LIKE_TORCH]
)
def test_it_steps_bit_for_bit_as_torch_does(registry: Registry, name: str, hyper: dict[str, Any], torchs: Any) -> None:
    ours, theirs = network(), network()
    train(ours, registry.optimizers[name].create(ours.parameters(), **hyper), 5)  # parameters() is a generator
    train(theirs, torchs(theirs.parameters()), 5)

    assert same_bits(ours, theirs)
    assert not same_bits(ours, network())


@pytest.mark.parametrize("name", NAMES)
def test_the_state_goes_through_a_file_and_goes_on_with_the_same_bits(registry: Registry, name: str, tmp_path) -> None:
    straight = network()
    optimizer = registry.optimizers[name].create(straight.parameters(), lr=0.01)
    train(straight, optimizer, 3)
    torch.save(optimizer.state_dict(), tmp_path / "state.pt")
    resumed = copy.deepcopy(straight)
    train(straight, optimizer, 3)

    again = registry.optimizers[name].create(resumed.parameters(), lr=0.05)
    again.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    train(resumed, again, 3)

    assert same_bits(straight, resumed)


@pytest.mark.parametrize("name", NAMES)
def test_groups_of_parameters_keep_learning_rates_of_their_own(registry: Registry, name: str) -> None:
    module = network()
    first, last = module[0], module[2]
    before = copy.deepcopy(module)
    groups = [{"params": list(first.parameters()), "lr": 0.0}, {"params": list(last.parameters())}]
    train(module, registry.optimizers[name].create(groups, lr=0.01), 1)

    assert same_bits(first, before[0])
    assert not same_bits(last, before[2])


@pytest.mark.parametrize("name", NAMES)
def test_a_step_needs_no_value_on_the_host(registry: Registry, name: str) -> None:
    module = network().to("meta")  # where .item() raises
    optimizer = registry.optimizers[name].create(module.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        module(torch.empty(4, 5, device="meta")).sum().backward()
        optimizer.step()

    assert len(optimizer.param_groups[0]["params"]) == 4


@pytest.mark.parametrize("name", ["sgd", "momentum", "nag", "adagrad", "adam", "adamw"])
def test_fused_kernels_are_used_where_there_are_some(registry: Registry, name: str) -> None:
    here, nowhere = network(), network().to("meta")

    assert registry.optimizers[name].create(here.parameters()).defaults["fused"]
    assert not registry.optimizers[name].create(nowhere.parameters()).defaults["fused"]


def test_nag_without_momentum_is_refused(registry: Registry) -> None:
    with pytest.raises(PluginError, match=r"momentum must be above 0, got 0\.0; use sgd for none"):
        registry.optimizers["nag"].create(network().parameters(), momentum=0.0)
