"""What every optimizer owes its users, for the textbook forms: the contract suite runs the default forms."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from desktop_app.errors import PluginError
from desktop_app.registry import Registry

NAMES = ["momentum", "nag", "adagrad", "rmsprop", "adam", "adamw", "nadam"]
# Forms, and the decay of AdamW's own.
CASES: list[Any] = [pytest.param(name, {"form": "textbook"}, id=name) for name in NAMES] + [
    pytest.param("adamw", {"decay": "independent", "amsgrad": True}, id="adamw-independent-amsgrad")
]


def network(dtype: torch.dtype = torch.float32) -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 2)).to(dtype)


def train(module: nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> None:
    one = next(module.parameters())
    inputs = torch.linspace(-2, 2, 20, dtype=one.dtype, device=one.device).reshape(4, 5)
    for _ in range(steps):
        optimizer.zero_grad()
        module(inputs).square().sum().backward()
        optimizer.step()


def same_bits(first: nn.Module, second: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_it_repeats_itself_and_moves_every_weight(registry: Registry, name: str, hyper: dict[str, Any]) -> None:
    first, again, start = network(), network(), network()
    for module in (first, again):
        train(module, registry.optimizers[name].create(module.parameters(), **hyper), 3)

    assert same_bits(first, again)
    assert not any(torch.equal(a, b) for a, b in zip(first.parameters(), start.parameters(), strict=True))


@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_the_state_goes_through_a_file_and_goes_on_with_the_same_bits(
    registry: Registry, name: str, hyper: dict[str, Any], tmp_path: Path
) -> None:
    straight = network()
    optimizer = registry.optimizers[name].create(straight.parameters(), lr=0.01, **hyper)
    train(straight, optimizer, 3)
    torch.save(optimizer.state_dict(), tmp_path / "state.pt")
    resumed = copy.deepcopy(straight)
    train(straight, optimizer, 3)

    again = registry.optimizers[name].create(resumed.parameters(), lr=0.05, **hyper)
    again.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    train(resumed, again, 3)

    assert same_bits(straight, resumed)
    assert not same_bits(straight, network())


@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_groups_keep_learning_rates_of_their_own(registry: Registry, name: str, hyper: dict[str, Any]) -> None:
    module = network()
    before = copy.deepcopy(module)
    # The independent decay shrinks weights even at a learning rate of 0.
    still = {"params": list(module[0].parameters()), "lr": 0.0, "weight_decay": 0.0}
    groups = [still, {"params": list(module[2].parameters())}]
    optimizer = registry.optimizers[name].create(groups, lr=0.01, **hyper)
    train(module, optimizer, 1)
    if hasattr(optimizer, "eval"):
        optimizer.eval()

    assert same_bits(module[0], before[0])
    assert not same_bits(module[2], before[2])


@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_a_step_needs_no_value_on_the_host(registry: Registry, name: str, hyper: dict[str, Any]) -> None:
    module = network().to("meta")  # where .item() raises
    optimizer = registry.optimizers[name].create(module.parameters(), weight_decay=0.1, **hyper)
    train(module, optimizer, 2)

    assert len(optimizer.state) == 4


@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_weights_of_several_devices_and_types_are_stepped_together(
    registry: Registry, name: str, hyper: dict[str, Any]
) -> None:
    weights = [nn.Parameter(torch.ones(3, dtype=dtype)) for dtype in (torch.float32, torch.float64, torch.float32)]
    weights.append(nn.Parameter(torch.ones(3, device="meta")))
    optimizer = registry.optimizers[name].create(weights, lr=0.01, **hyper)
    for weight in weights:
        weight.grad = torch.full_like(weight, 0.5)
    optimizer.step()

    assert torch.equal(weights[0], weights[2])
    assert weights[0].tolist() == pytest.approx(weights[1].tolist(), rel=1e-6)
    assert all(weight.lt(1.0).all() for weight in weights[:3])


@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_frozen_weights_and_weights_without_a_gradient_stay(registry: Registry, name: str, hyper: dict) -> None:
    module = network()
    module[0].requires_grad_(False)
    unused = nn.Parameter(torch.ones(2))
    before = copy.deepcopy(module)
    train(module, registry.optimizers[name].create([*module.parameters(), unused], **hyper), 2)

    assert same_bits(module[0], before[0])
    assert unused.tolist() == [1.0, 1.0]
    assert not same_bits(module[2], before[2])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_weights_stay_finite_and_of_their_type(
    registry: Registry, name: str, hyper: dict[str, Any], dtype: torch.dtype
) -> None:
    module = network(dtype)
    train(module, registry.optimizers[name].create(module.parameters(), lr=0.01, **hyper), 20)

    assert all(weight.isfinite().all() and weight.dtype == dtype for weight in module.parameters())
    assert not same_bits(module, network(dtype))


@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_a_closure_is_called_once_with_gradients_and_its_loss_returned(
    registry: Registry, name: str, hyper: dict[str, Any]
) -> None:
    weight = nn.Parameter(torch.tensor([2.0]))
    optimizer = registry.optimizers[name].create([weight], **hyper)
    calls = []

    def closure() -> torch.Tensor:
        calls.append(weight.item())
        optimizer.zero_grad()
        loss = weight.square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 4.0
    assert calls == [2.0]
    assert weight.item() < 2.0


@pytest.mark.parametrize(("name", "hyper"), CASES)
def test_gradients_are_left_as_they_are(registry: Registry, name: str, hyper: dict[str, Any]) -> None:
    weight = nn.Parameter(torch.randn(50))
    weight.grad = torch.randn(50)
    before = weight.grad.clone()
    registry.optimizers[name].create([weight], weight_decay=0.1, **hyper).step()

    assert torch.equal(weight.grad, before)


@pytest.mark.parametrize(
    ("name", "option", "words"),
    [
        ("momentum", {"dampening": 0.5}, "the textbook form has no dampening, got 0.5; leave it at 0.0"),
        ("adagrad", {"lr_decay": 0.01}, "the textbook form has no lr_decay, got 0.01"),
        ("adagrad", {"initial_accumulator_value": 0.1}, "has no initial_accumulator_value, got 0.1"),
        ("rmsprop", {"momentum": 0.9}, "the textbook form has no momentum, got 0.9"),
        ("rmsprop", {"centered": True}, 'no centered, got True; leave it at False, or take form = "standard"'),
        ("adam", {"amsgrad": True}, "the textbook form has no amsgrad, got True"),
        ("adamw", {"amsgrad": True}, "the textbook form has no amsgrad, got True"),
        ("adamw", {"decay": "standard"}, "the textbook form has the independent decay"),
        ("nadam", {"momentum_decay": 0.05}, "no momentum_decay, got 0.05; leave it at 0.004"),
        ("nadam", {"decoupled_weight_decay": True}, "has no decoupled_weight_decay, got True"),
    ],
)
def test_what_the_textbook_does_not_have_is_refused(
    registry: Registry, name: str, option: dict[str, Any], words: str
) -> None:
    with pytest.raises(PluginError, match=words):
        registry.optimizers[name].create([nn.Parameter(torch.ones(2))], form="textbook", **option)


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_form_is_refused_with_the_choices(registry: Registry, name: str) -> None:
    with pytest.raises(PluginError, match="form must be one of standard, textbook, got 'textbok'"):
        registry.optimizers[name].create([nn.Parameter(torch.ones(2))], form="textbok")


@pytest.mark.parametrize("name", NAMES)
def test_the_card_says_how_the_forms_differ(registry: Registry, name: str) -> None:
    contribution = registry.optimizers[name]
    defaults = {parameter.name: parameter.default for parameter in contribution.parameters}

    assert contribution.textbook
    assert contribution.when
    assert any("forms" in note for note in contribution.notes)
    assert any("Keras" in note for note in contribution.notes)
    assert {key for key, default in defaults.items() if default is None} == set(contribution.form_defaults)


@pytest.mark.parametrize(("name", "key"), [("rmsprop", "alpha"), ("adagrad", "eps")])
def test_the_defaults_of_the_forms_are_those_that_the_card_shows(registry: Registry, name: str, key: str) -> None:
    contribution = registry.optimizers[name]
    for form in ("standard", "textbook"):
        made = contribution.create([nn.Parameter(torch.ones(2))], form=form)

        assert made.param_groups[0][key] == contribution.form_defaults[key][form]


@pytest.mark.parametrize("name", ["momentum", "nag", "adam", "adamw", "nadam"])
def test_one_cycle_moves_the_momentum(registry: Registry, name: str) -> None:
    module = network()
    optimizer = registry.optimizers[name].create(module.parameters(), form="textbook", lr=0.01)
    schedule = registry.schedules["one_cycle"].create(optimizer, 10)
    group, seen = optimizer.param_groups[0], []
    for _ in range(10):
        seen.append(group["betas"][0] if "betas" in group else group["momentum"])
        train(module, optimizer, 1)
        schedule.step()

    assert min(seen) == pytest.approx(0.85, abs=0.01)
    assert max(seen) == pytest.approx(0.95, abs=0.01)
    assert all(weight.isfinite().all() for weight in module.parameters())


def test_rmsprop_keeps_its_memory_under_one_cycle(registry: Registry) -> None:
    module = network()
    optimizer = registry.optimizers["rmsprop"].create(module.parameters(), form="textbook")
    registry.schedules["one_cycle"].create(optimizer, 10)

    assert optimizer.param_groups[0]["alpha"] == 0.9
    assert "betas" not in optimizer.param_groups[0]
