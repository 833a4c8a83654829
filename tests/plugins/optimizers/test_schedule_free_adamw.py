"""Schedule-free AdamW against the paper's algorithm, and its two sets of weights."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from desktop_app.errors import PluginError
from desktop_app.registry import Registry


def by_numpy(start, gradients, lr=0.0025, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0, warmup_steps=0):
    """Return the points that gradients are taken at, and the means, after each step."""
    y, z, x, v, total = start, start, start, np.zeros_like(start), 0.0
    points, means = [], []
    for t, gradient in enumerate(gradients, start=1):
        rate = lr * np.sqrt(1 - beta2**t) * (min(1.0, t / warmup_steps) if warmup_steps else 1.0)
        v = beta2 * v + (1 - beta2) * gradient**2
        z = z - rate * gradient / (np.sqrt(v) + eps) - rate * weight_decay * y
        total += rate**2
        x = (1 - rate**2 / total) * x + rate**2 / total * z
        y = (1 - beta1) * z + beta1 * x
        points.append(y)
        means.append(x)
    return points, means


@pytest.mark.parametrize(
    "hyper",
    [
        {},
        {"lr": 0.05},
        {"beta1": 0.5},
        {"beta1": 0.0},
        {"beta2": 0.95},
        {"eps": 1e-3},
        {"weight_decay": 0.1, "lr": 0.05},
        {"warmup_steps": 50},
    ],
)
def test_it_is_the_papers_algorithm(registry: Registry, hyper: dict[str, Any]) -> None:
    draw = np.random.default_rng(4)
    start, gradients = draw.normal(size=(3, 4)), draw.normal(size=(200, 3, 4))
    weight = nn.Parameter(torch.tensor(start))
    optimizer = registry.optimizers["schedule_free_adamw"].create([weight], **hyper)
    points, means = [], []
    for gradient in gradients:
        weight.grad = torch.tensor(gradient)
        optimizer.step()
        points.append(weight.detach().numpy().copy())
        optimizer.eval()
        means.append(weight.detach().numpy().copy())
        optimizer.train()

    expected_points, expected_means = by_numpy(start, gradients, **hyper)
    bound = 1e-12 * np.abs(expected_points).max()
    assert np.abs(np.array(points) - expected_points).max() <= bound
    assert np.abs(np.array(means) - expected_means).max() <= bound
    usual, _ = by_numpy(start, gradients)
    assert not hyper or np.abs(usual[-1] - expected_points[-1]).max() > 1e-6  # each option changes something


def test_the_first_step_by_hand(registry: Registry) -> None:
    # v is a thousandth of g^2, the rate lr times the root of a thousandth: one step of lr, against the gradient.
    weight = nn.Parameter(torch.tensor([1.0, 1.0], dtype=torch.float64))
    optimizer = registry.optimizers["schedule_free_adamw"].create([weight], lr=0.1)
    weight.grad = torch.tensor([5.0, -0.01], dtype=torch.float64)
    optimizer.step()

    assert weight.tolist() == pytest.approx([0.9, 1.1], abs=1e-5)


def trained(registry: Registry, steps: int = 7) -> tuple[nn.Sequential, Any]:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(4, 33), nn.Tanh(), nn.Linear(33, 2))
    optimizer = registry.optimizers["schedule_free_adamw"].create(module.parameters(), lr=0.03)
    go_on(module, optimizer, steps)
    return module, optimizer


def go_on(module: nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> None:
    inputs = torch.linspace(-1, 2, 12).reshape(3, 4)
    for _ in range(steps):
        optimizer.zero_grad()
        module(inputs).square().sum().backward()
        optimizer.step()


def test_back_in_training_the_weights_are_the_very_same(registry: Registry) -> None:
    module, optimizer = trained(registry)
    before = copy.deepcopy(module)
    for _ in range(3):
        optimizer.eval()
        optimizer.eval()  # twice changes nothing
        assert not any(map(torch.equal, module.parameters(), before.parameters()))
        optimizer.train()
        optimizer.train()
        assert all(map(torch.equal, module.parameters(), before.parameters()))


def test_it_is_made_in_training_mode_and_has_nothing_to_switch_before_a_step(registry: Registry) -> None:
    module, optimizer = trained(registry, steps=0)
    before = copy.deepcopy(module)
    optimizer.eval()
    optimizer.train()

    assert all(map(torch.equal, module.parameters(), before.parameters()))
    go_on(module, optimizer, 1)
    assert not any(map(torch.equal, module.parameters(), before.parameters()))


def test_a_step_while_evaluating_is_refused_in_words(registry: Registry) -> None:
    module, optimizer = trained(registry)
    optimizer.eval()

    with pytest.raises(RuntimeError, match=r"schedule_free_adamw: step\(\) was called after eval\(\); call train\(\)"):
        go_on(module, optimizer, 1)


def test_a_state_that_was_saved_while_evaluating_goes_on_with_the_same_bits(registry: Registry, tmp_path) -> None:
    module, optimizer = trained(registry)
    optimizer.eval()
    torch.save([optimizer.state_dict(), module.state_dict()], tmp_path / "state.pt")
    resumed, again = trained(registry, steps=0)
    state, weights = torch.load(tmp_path / "state.pt", weights_only=True)
    again.load_state_dict(state)
    resumed.load_state_dict(weights)
    for one in (optimizer, again):
        one.train()
    go_on(module, optimizer, 3)
    go_on(resumed, again, 3)

    assert all(map(torch.equal, module.parameters(), resumed.parameters()))


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
@pytest.mark.parametrize(
    ("hyper", "message"),
    [
        ({"lr": -1.0}, "lr must be at least 0, got -1.0"),
        ({"beta1": 1.0}, "beta1 must be at least 0 and below 1, got 1.0"),
        ({"warmup_steps": -1}, "warmup_steps must be at least 0, got -1"),
    ],
)
def test_what_makes_no_sense_is_refused(registry: Registry, hyper: dict[str, Any], message: str) -> None:
    with pytest.raises(PluginError, match=message):
        registry.optimizers["schedule_free_adamw"].create([nn.Parameter(torch.ones(2))], **hyper)
