"""Muon: which weights it takes, torch's own steps for both kinds, and one optimizer to everybody else."""

import copy
from typing import Any

import pytest
import torch
from torch import nn

from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.stepper import Stepper
from desktop_app.registry import Registry


class Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.token_embedding = nn.Embedding(7, 6)
        self.convolution = nn.Conv1d(6, 6, 3, padding=1)
        self.hidden = nn.Linear(6, 9)
        self.norm = nn.LayerNorm(9)
        self.deeper = nn.Linear(9, 5, bias=False)
        self.output = nn.Linear(5, 3)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        places = self.convolution(self.token_embedding(tokens).transpose(1, 2)).mean(2)
        found: torch.Tensor = self.output(torch.tanh(self.deeper(self.norm(torch.tanh(self.hidden(places))))))
        return found


TOKENS = torch.tensor([[0, 1, 2], [3, 4, 5], [6, 0, 3]])


def train(module: nn.Module, *optimizers: torch.optim.Optimizer, steps: int = 4) -> None:
    for _ in range(steps):
        for optimizer in optimizers:
            optimizer.zero_grad()
        module(TOKENS).square().sum().backward()
        for optimizer in optimizers:
            optimizer.step()


def test_hidden_matrices_are_muons_and_everything_else_adamws(registry: Registry) -> None:
    module = Mixed()
    optimizer = registry.optimizers["muon"].create(module.named_parameters())
    names = {weight: name for name, weight in module.named_parameters()}
    rules = {names[weight]: group["rule"] for group in optimizer.param_groups for weight in group["params"]}

    assert {name for name, rule in rules.items() if rule == "muon"} == {"hidden.weight", "deeper.weight"}
    assert set(rules) == set(names.values())


@pytest.mark.parametrize(
    ("hyper", "muons", "adamws"),
    [
        ({}, {}, {}),
        ({"lr": 0.01}, {"lr": 0.01}, {"lr": 0.01}),
        ({"momentum": 0.5}, {"momentum": 0.5}, {}),
        ({"nesterov": False}, {"nesterov": False}, {}),
        ({"iterations": 2}, {"ns_steps": 2}, {}),
        ({"adjust": "original"}, {"adjust_lr_fn": "original"}, {}),
        ({"weight_decay": 0.5}, {"weight_decay": 0.5}, {"weight_decay": 0.5}),
        ({"adamw_lr": 0.02}, {}, {"lr": 0.02}),
        ({"adamw_beta1": 0.5}, {}, {"betas": (0.5, 0.999)}),
        ({"adamw_beta2": 0.95}, {}, {"betas": (0.9, 0.95)}),
    ],
)
def test_it_steps_as_torchs_two_optimizers_do(registry: Registry, hyper, muons, adamws) -> None:
    ours, theirs, usual = Mixed(), Mixed(), Mixed()
    train(ours, registry.optimizers["muon"].create(ours.named_parameters(), **hyper))
    hidden = [theirs.hidden.weight, theirs.deeper.weight]
    rest = [weight for weight in theirs.parameters() if all(weight is not other for other in hidden)]
    train(
        theirs,
        torch.optim.Muon(hidden, **{"weight_decay": 0.1, "adjust_lr_fn": "match_rms_adamw", **muons}),
        torch.optim.AdamW(rest, **{"weight_decay": 0.1, "fused": True, **adamws}),
    )
    train(usual, registry.optimizers["muon"].create(usual.named_parameters()))

    assert all(map(torch.equal, ours.parameters(), theirs.parameters()))
    assert not hyper or not all(map(torch.equal, ours.parameters(), usual.parameters()))


def test_a_hidden_matrix_takes_a_step_whose_singular_values_are_about_equal(registry: Registry) -> None:
    module = Mixed()
    before = module.hidden.weight.detach().clone()
    train(module, registry.optimizers["muon"].create(module.named_parameters(), lr=0.01, weight_decay=0.0), steps=1)
    moved = torch.linalg.svdvals(before - module.hidden.weight.detach()) / (0.01 * 0.2 * 9**0.5)

    # The gradient of this loss has three directions at most; the others hold rounding, blown up less far.
    assert 0.5 < moved[2] < moved[0] < 1.5


def test_one_state_for_both_rules_goes_on_with_the_same_bits(registry: Registry, tmp_path) -> None:
    straight = Mixed()
    optimizer = registry.optimizers["muon"].create(straight.named_parameters(), lr=0.01)
    train(straight, optimizer)
    torch.save(optimizer.state_dict(), tmp_path / "state.pt")
    resumed = copy.deepcopy(straight)
    again = registry.optimizers["muon"].create(resumed.named_parameters(), lr=0.03)
    again.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    train(straight, optimizer)
    train(resumed, again)

    assert all(map(torch.equal, straight.parameters(), resumed.parameters()))
    assert len(optimizer.state_dict()["state"]) == len(list(straight.parameters()))


def test_a_copy_goes_on_with_the_same_bits(registry: Registry) -> None:
    straight = Mixed()
    optimizer = registry.optimizers["muon"].create(straight.named_parameters())
    train(straight, optimizer)
    twin, again = copy.deepcopy((straight, optimizer))
    train(straight, optimizer)
    train(twin, again)

    assert all(map(torch.equal, straight.parameters(), twin.parameters()))


def test_schedules_and_rates_set_by_hand_reach_both_rules(registry: Registry) -> None:
    module = Mixed()
    muon = PluginChoice(name="muon", lr=0.1, adamw_lr=0.01)
    stepper = Stepper(registry, muon, PluginChoice(name="polynomial"), list(module.named_parameters()), total_steps=4)

    def rates() -> list[float]:
        return [group["lr"] for group in stepper.optimizer.param_groups]

    assert rates() == pytest.approx([0.1, 0.01])
    stepper.step(lambda: module(TOKENS).square().sum())
    assert rates() == pytest.approx([0.075, 0.0075])
    stepper.learning_rate = 0.0075
    assert rates() == pytest.approx([0.0075, 0.00075])
    before = copy.deepcopy(module)
    stepper.step(lambda: module(TOKENS).square().sum())
    assert rates() == pytest.approx([0.005, 0.0005])
    assert not any(map(torch.equal, module.parameters(), before.parameters()))


def test_groups_with_rates_of_their_own_keep_them(registry: Registry) -> None:
    module = Mixed()
    groups: list[dict[str, Any]] = [
        {"params": list(module.hidden.named_parameters()), "lr": 0.5},
        {"params": list(module.output.named_parameters())},
    ]
    optimizer = registry.optimizers["muon"].create(groups, lr=0.1)

    assert [(group["rule"], group["lr"]) for group in optimizer.param_groups] == [
        ("muon", 0.5),
        ("adamw", 0.5),
        ("adamw", 0.1),
    ]


def test_a_group_that_is_added_later_is_stepped_too(registry: Registry) -> None:
    module, late = Mixed(), nn.Parameter(torch.ones(2))
    optimizer = registry.optimizers["muon"].create(module.named_parameters())
    optimizer.add_param_group({"params": [late]})
    late.grad = torch.ones(2)
    optimizer.step()

    assert late.tolist() != [1.0, 1.0]


def test_a_linear_model_is_adamws_alone(registry: Registry) -> None:
    module = nn.Linear(4, 2)
    optimizer = registry.optimizers["muon"].create(module.named_parameters())

    assert [group["rule"] for group in optimizer.param_groups] == ["adamw"]
