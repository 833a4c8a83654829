"""Lion against its rule written down a second time, over gradients whose signs tell its betas apart."""

from typing import Any

import numpy as np
import pytest
import torch

from desktop_app.errors import PluginError
from desktop_app.registry import Registry


def by_numpy(start, gradients, lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0) -> list[np.ndarray]:
    weight, momentum, path = start, np.zeros_like(start), []
    for gradient in gradients:
        direction = np.sign(beta1 * momentum + (1 - beta1) * gradient)
        weight = weight - lr * (direction + weight_decay * weight)
        momentum = beta2 * momentum + (1 - beta2) * gradient
        path.append(weight)
    return path


def by_plugin(registry: Registry, start, gradients, **hyper: Any) -> list[np.ndarray]:
    weight = torch.nn.Parameter(torch.tensor(start))
    optimizer = registry.optimizers["lion"].create([weight], **hyper)
    path = []
    for gradient in gradients:
        weight.grad = torch.tensor(gradient)
        optimizer.step()
        path.append(weight.detach().numpy().copy())
    return path


@pytest.mark.parametrize(
    "hyper", [{}, {"lr": 0.01}, {"beta1": 0.5}, {"beta2": 0.9}, {"weight_decay": 2.0, "lr": 0.01}, {"beta1": 0.0}]
)
def test_it_is_the_papers_rule(registry: Registry, hyper: dict[str, float]) -> None:
    draw = np.random.default_rng(1)
    start, gradients = draw.normal(size=(4, 3)), draw.normal(size=(200, 4, 3))

    ours, theirs = by_plugin(registry, start, gradients, **hyper), by_numpy(start, gradients, **hyper)

    assert np.abs(np.array(ours) - np.array(theirs)).max() <= 1e-12 * np.abs(theirs).max()


def test_each_hyper_parameter_changes_the_path() -> None:
    # The rule above is worth as much as the paths that it tells apart.
    draw = np.random.default_rng(1)
    start, gradients = draw.normal(size=(4, 3)), draw.normal(size=(200, 4, 3))
    paths = [
        by_numpy(start, gradients, **hyper)[-1]
        for hyper in ({}, {"lr": 0.01}, {"beta1": 0.5}, {"beta2": 0.9}, {"weight_decay": 2.0})
    ]

    assert len({path.tobytes() for path in paths}) == len(paths)


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
def test_two_steps_by_hand(registry: Registry) -> None:
    # At the second step the momentum is 0.01 and (-)0.04: 0.9 of it against a tenth of the new gradient.
    gradients = [np.array([1.0, -4.0, 0.0]), np.array([-0.05, 0.5, 0.0])]
    first, second = by_plugin(registry, np.array([1.0, 1.0, 1.0]), gradients, lr=0.25)

    assert first.tolist() == [0.75, 1.25, 1.0]
    assert second.tolist() == [0.5, 1.0, 1.0]  # 0.009 - 0.005 is above 0, -0.036 + 0.05 too; no gradient, no step


def test_weights_without_a_gradient_stay_and_need_no_momentum(registry: Registry) -> None:
    with_gradient, without = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    with_gradient.grad = torch.ones(2)
    optimizer = registry.optimizers["lion"].create([with_gradient, without], weight_decay=1.0)
    optimizer.step()

    assert without.tolist() == [1.0, 1.0]
    assert list(optimizer.state) == [with_gradient]


def test_sparse_gradients_are_refused_in_words(registry: Registry) -> None:
    weight = torch.nn.Parameter(torch.ones(3))
    weight.grad = torch.sparse_coo_tensor([[1]], [1.0], (3,), check_invariants=True)
    optimizer = registry.optimizers["lion"].create([weight])

    with pytest.raises(RuntimeError, match="Lion does not take sparse gradients; use adagrad or sgd"):
        optimizer.step()


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
@pytest.mark.parametrize(
    ("hyper", "message"),
    [
        ({"lr": -1.0}, "lr must be at least 0, got -1.0"),
        ({"beta1": 1.0}, "beta1 must be at least 0 and below 1, got 1.0"),
        ({"beta2": -0.1}, "beta2 must be at least 0 and below 1, got -0.1"),
        ({"weight_decay": -0.1}, "weight_decay must be at least 0, got -0.1"),
    ],
)
def test_what_makes_no_sense_is_refused(registry: Registry, hyper: dict[str, float], message: str) -> None:
    with pytest.raises(PluginError, match=message):
        registry.optimizers["lion"].create([torch.nn.Parameter(torch.ones(2))], **hyper)
