"""RAdam: torch's, option by option, and its first steps by hand."""

from typing import Any

import pytest
import torch

from desktop_app.registry import Registry


def path(optimizer: torch.optim.Optimizer, weight: torch.nn.Parameter) -> list[torch.Tensor]:
    torch.manual_seed(2)
    found = []
    for _ in range(12):
        weight.grad = torch.randn_like(weight)
        optimizer.step()
        found.append(weight.detach().clone())
    return found


@pytest.mark.parametrize(
    ("hyper", "torchs"),
    [
        ({}, {}),
        ({"lr": 0.01}, {"lr": 0.01}),
        ({"beta1": 0.5}, {"betas": (0.5, 0.999)}),
        ({"beta2": 0.95}, {"betas": (0.9, 0.95)}),
        ({"eps": 1e-3}, {"eps": 1e-3}),
        ({"weight_decay": 0.1}, {"weight_decay": 0.1}),
        (
            {"weight_decay": 0.1, "decoupled_weight_decay": True},
            {"weight_decay": 0.1, "decoupled_weight_decay": True},
        ),
    ],
)
def test_it_is_torchs_to_the_bit(registry: Registry, hyper: dict[str, Any], torchs: dict[str, Any]) -> None:
    ours, theirs, plain = (torch.nn.Parameter(torch.ones(5)) for _ in range(3))
    found = path(registry.optimizers["radam"].create([ours], **hyper), ours)
    expected = path(torch.optim.RAdam([theirs], **torchs), theirs)
    usual = path(torch.optim.RAdam([plain]), plain)

    assert all(map(torch.equal, found, expected))
    assert not hyper or not torch.equal(expected[-1], usual[-1])  # each option changes something


def test_its_first_steps_follow_the_corrected_momentum(registry: Registry) -> None:
    weight = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
    optimizer = registry.optimizers["radam"].create([weight], lr=0.1)
    weight.grad = torch.tensor([3.0, -0.5], dtype=torch.float64)
    optimizer.step()

    assert weight.tolist() == pytest.approx([-0.3, 0.05])  # unlike Adam's, as large as the gradients
