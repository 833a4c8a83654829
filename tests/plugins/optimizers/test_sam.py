"""SAM: the step of its base with the gradient at the worst point nearby, and the very weights it came from."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from desktop_app.errors import PluginError
from desktop_app.registry import Registry

CURVATURE = np.array([[3.0, 1.0], [1.0, 2.0]])
# Far enough out for 200 steps not to reach the minimum, around which the way to the worst point turns at any rounding.
START = np.array([5.0, -2.5])


def by_numpy(steps: int, lr: float, rho: float, momentum: float, adaptive: bool, decay: float) -> list[np.ndarray]:
    weight, velocity, path = START, np.zeros(2), []
    for step in range(steps):
        gradient = CURVATURE @ weight
        if adaptive:
            offset = rho * weight**2 * gradient / np.linalg.norm(weight * gradient)
        else:
            offset = rho * gradient / np.linalg.norm(gradient)
        there = CURVATURE @ (weight + offset) + decay * weight
        velocity = momentum * velocity + there if step else there
        weight = weight - lr * velocity
        path.append(weight)
    return path


@pytest.mark.parametrize(
    "hyper",
    [{}, {"rho": 0.3}, {"adaptive": True, "rho": 0.3}, {"momentum": 0.5}, {"lr": 2e-4}, {"weight_decay": 0.1}],
)
def test_around_sgd_it_is_the_papers_rule(registry: Registry, hyper: dict[str, Any]) -> None:
    # Two parameters of one number each: the length of the gradients is that of all together.
    parts = [nn.Parameter(torch.tensor([value], dtype=torch.float64)) for value in START]
    optimizer = registry.optimizers["sam"].create(parts, base="sgd", **{"lr": 1e-4, **hyper})
    curvature, path = torch.tensor(CURVATURE), []

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        weight = torch.cat(parts)
        loss = weight @ curvature @ weight / 2
        loss.backward()
        return loss

    for _ in range(200):
        optimizer.step(closure)
        path.append(torch.cat(parts).detach().numpy())

    values = {"lr": 1e-4, "rho": 0.05, "momentum": 0.9, "adaptive": False, **hyper}
    expected = by_numpy(200, decay=values.pop("weight_decay", 0.0), **values)
    assert np.abs(np.array(path) - np.array(expected)).max() <= 1e-12 * np.abs(expected).max()


def network() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2))


INPUTS = torch.linspace(-1, 2, 12).reshape(3, 4)


def closure_of(module: nn.Module, optimizer: torch.optim.Optimizer, seen: list[Any] | None = None) -> Any:
    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        if seen is not None:
            seen.append(copy.deepcopy(module.state_dict()))
        loss = module(INPUTS).square().mean()
        loss.backward()
        return loss

    return closure


@pytest.mark.parametrize("base", ["sgd", "adamw"])
def test_the_base_steps_from_the_very_bits_that_it_stood_at(registry: Registry, base: str) -> None:
    ours, theirs = network(), network()
    sam = registry.optimizers["sam"].create(ours.parameters(), base=base, rho=0.7, momentum=0.8, weight_decay=0.01)
    plain: torch.optim.Optimizer
    if base == "sgd":
        plain = torch.optim.SGD(theirs.parameters(), lr=0.001, momentum=0.8, weight_decay=0.01, fused=True)
    else:
        plain = torch.optim.AdamW(theirs.parameters(), lr=0.001, betas=(0.8, 0.999), weight_decay=0.01, fused=True)
    for _ in range(5):
        before = copy.deepcopy(ours.state_dict())
        seen: list[Any] = []
        loss = sam.step(closure_of(ours, sam, seen))

        assert len(seen) == 2
        assert all(torch.equal(seen[0][name], before[name]) for name in before)
        distance = sum(float((seen[1][name] - before[name]).square().sum()) for name in before) ** 0.5
        assert distance == pytest.approx(0.7, rel=1e-5)
        theirs.load_state_dict(seen[1])
        closure_of(theirs, plain)()
        theirs.load_state_dict(before)
        plain.step()
        assert all(map(torch.equal, ours.parameters(), theirs.parameters()))
        theirs.load_state_dict(before)
        assert loss.item() == pytest.approx(theirs(INPUTS).square().mean().item())  # the loss before the step
        theirs.load_state_dict(ours.state_dict())


def test_a_loss_that_is_refused_at_the_worst_point_leaves_the_weights_as_they_were(registry: Registry) -> None:
    module = network()
    optimizer = registry.optimizers["sam"].create(module.parameters())
    calls = 0

    def closure() -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ArithmeticError("not finite")
        return closure_of(module, optimizer)()

    with pytest.raises(ArithmeticError, match="not finite"):
        optimizer.step(closure)

    assert all(map(torch.equal, module.parameters(), network().parameters()))


def test_gradients_of_zero_move_nothing_and_stay_finite(registry: Registry) -> None:
    weight = nn.Parameter(torch.ones(3))
    optimizer = registry.optimizers["sam"].create([weight], base="sgd")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (weight * 0).sum()
        loss.backward()
        return loss

    optimizer.step(closure)

    assert weight.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("base", ["sgd", "adamw"])
def test_how_far_it_looks_travels_in_the_state(registry: Registry, base: str, tmp_path) -> None:
    straight = network()
    optimizer = registry.optimizers["sam"].create(straight.parameters(), base=base, rho=0.5, adaptive=True, lr=0.01)
    for _ in range(3):
        optimizer.step(closure_of(straight, optimizer))
    torch.save(optimizer.state_dict(), tmp_path / "state.pt")
    resumed = copy.deepcopy(straight)
    again = registry.optimizers["sam"].create(resumed.parameters(), base=base)
    again.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    for _ in range(3):
        optimizer.step(closure_of(straight, optimizer))
        again.step(closure_of(resumed, again))

    assert again.param_groups[0]["rho"] == 0.5
    assert all(map(torch.equal, straight.parameters(), resumed.parameters()))


def test_adamws_second_beta_counts(registry: Registry) -> None:
    ends = []
    for beta2 in (0.999, 0.95):
        module = network()
        optimizer = registry.optimizers["sam"].create(module.parameters(), beta2=beta2)
        for _ in range(3):
            optimizer.step(closure_of(module, optimizer))
        ends.append(module[0].weight.detach())

    assert not torch.equal(*ends)


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
def test_looking_nowhere_is_refused(registry: Registry) -> None:
    with pytest.raises(PluginError, match=r"rho must be above 0, got 0\.0; use sgd itself for none"):
        registry.optimizers["sam"].create(network().parameters(), base="sgd", rho=0.0)
