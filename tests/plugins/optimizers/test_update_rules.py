"""Each optimizer against its rule written down a second time in NumPy, in float64, over gradients of both signs."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from desktop_app.registry import Registry

START = np.array([1.0, -2.0, 0.5])
GRADIENTS = [
    np.array([0.5, -0.2, 0.0]),
    np.array([-0.1, -0.4, 2.0]),
    np.array([0.3, 0.7, -1.0]),
    np.array([-2.0, 0.1, 0.2]),
]
Rule = Callable[..., Iterator[np.ndarray]]


def sgd(w, lr, weight_decay=0.0, momentum=0.0, dampening=0.0, nesterov=False):
    velocity = None
    for g in GRADIENTS:
        g = g + weight_decay * w
        velocity = g if velocity is None else momentum * velocity + (1 - dampening) * g
        w = w - lr * (g + momentum * velocity if nesterov else velocity)
        yield w


def nag(w, **hyper):
    return sgd(w, nesterov=True, **hyper)


def adagrad(w, lr, lr_decay=0.0, initial_accumulator_value=0.0, eps=1e-10, weight_decay=0.0):
    total = np.full_like(w, initial_accumulator_value)
    for t, g in enumerate(GRADIENTS):
        g = g + weight_decay * w
        total = total + g * g
        w = w - lr / (1 + t * lr_decay) * g / (np.sqrt(total) + eps)
        yield w


def rmsprop(w, lr, alpha=0.99, momentum=0.0, centered=False, eps=1e-8, weight_decay=0.0):
    square, mean, velocity = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for g in GRADIENTS:
        g = g + weight_decay * w
        square = alpha * square + (1 - alpha) * g * g
        mean = alpha * mean + (1 - alpha) * g
        spread = np.sqrt(square - mean * mean if centered else square) + eps
        velocity = momentum * velocity + g / spread
        w = w - lr * velocity
        yield w


def adam(w, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0, amsgrad=False, decoupled=False):
    first, second, largest = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(GRADIENTS, start=1):
        if decoupled:
            w = w * (1 - lr * weight_decay)
        else:
            g = g + weight_decay * w
        first = beta1 * first + (1 - beta1) * g
        second = beta2 * second + (1 - beta2) * g * g
        largest = np.maximum(largest, second)
        corrected = (largest if amsgrad else second) / (1 - beta2**t)
        w = w - lr * first / (1 - beta1**t) / (np.sqrt(corrected) + eps)
        yield w


def adamw(w, weight_decay=0.01, **hyper):
    return adam(w, weight_decay=weight_decay, decoupled=True, **hyper)


def nadam(
    w, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0, momentum_decay=0.004, decoupled_weight_decay=False
):
    first, second, product = np.zeros_like(w), np.zeros_like(w), 1.0
    for t, g in enumerate(GRADIENTS, start=1):
        if decoupled_weight_decay:
            w = w * (1 - lr * weight_decay)
        else:
            g = g + weight_decay * w
        now = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
        after = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        product *= now
        first = beta1 * first + (1 - beta1) * g
        second = beta2 * second + (1 - beta2) * g * g
        ahead = after * first / (1 - product * after) + (1 - now) * g / (1 - product)
        w = w - lr * ahead / (np.sqrt(second / (1 - beta2**t)) + eps)
        yield w


CASES: list[tuple[str, Rule, list[dict[str, object]]]] = [
    ("sgd", sgd, [{"lr": 0.2}, {"weight_decay": 0.1}]),
    ("momentum", lambda w, momentum=0.9, **hyper: sgd(w, momentum=momentum, **hyper),
     [{"lr": 0.2}, {"momentum": 0.5}, {"dampening": 0.3}, {"weight_decay": 0.1}]),
    ("nag", lambda w, momentum=0.9, **hyper: nag(w, momentum=momentum, **hyper),
     [{"lr": 0.2}, {"momentum": 0.5}, {"weight_decay": 0.1}]),
    ("adagrad", adagrad,
     [{"lr": 0.2}, {"lr_decay": 0.1}, {"initial_accumulator_value": 0.5}, {"eps": 0.01}, {"weight_decay": 0.1}]),
    ("rmsprop", rmsprop,
     [{"lr": 0.02}, {"alpha": 0.9}, {"momentum": 0.5}, {"centered": True}, {"eps": 0.01}, {"weight_decay": 0.1}]),
    ("adam", adam,
     [{"lr": 0.02}, {"beta1": 0.5}, {"beta2": 0.9}, {"eps": 0.01}, {"weight_decay": 0.1},
      {"amsgrad": True, "beta2": 0.9}]),
    ("adamw", adamw,
     [{"lr": 0.02}, {"beta1": 0.5}, {"beta2": 0.9}, {"eps": 0.01}, {"weight_decay": 0.1},
      {"amsgrad": True, "beta2": 0.9}]),
    ("nadam", nadam,
     [{"lr": 0.02}, {"beta1": 0.5}, {"beta2": 0.9}, {"eps": 0.01}, {"weight_decay": 0.1}, {"momentum_decay": 0.1},
      {"weight_decay": 0.1, "decoupled_weight_decay": True}]),
]  # fmt: skip
EACH = [pytest.param(name, rule, hyper, id=f"{name}-{'-'.join(hyper)}") for name, rule, sets in CASES for hyper in sets]


def run(registry: Registry, name: str, hyper: dict[str, object]) -> list[np.ndarray]:
    weight = torch.nn.Parameter(torch.tensor(START))
    optimizer = registry.optimizers[name].create([weight], **hyper)
    path = []
    for gradient in GRADIENTS:
        weight.grad = torch.tensor(gradient)
        optimizer.step()
        path.append(weight.detach().numpy().copy())
    return path


@pytest.mark.parametrize(("name", "rule", "hyper"), EACH)
def test_each_step_is_the_rule(registry: Registry, name: str, rule: Rule, hyper: dict[str, object]) -> None:
    defaults = {parameter.name: parameter.default for parameter in registry.optimizers[name].parameters}
    expected = list(rule(START, **{**defaults, **hyper}))

    # torch keeps Nadam's product of momenta in float32 whatever the weights are.
    tolerance = 1e-8 if name == "nadam" else 1e-12
    np.testing.assert_allclose(run(registry, name, hyper), expected, rtol=tolerance, atol=1e-14)


@pytest.mark.parametrize(("name", "rule", "hyper"), EACH)
def test_each_hyper_parameter_changes_the_path(
    registry: Registry, name: str, rule: Rule, hyper: dict[str, object]
) -> None:
    # The last one named is what this case is about; the others prepare the ground for it.
    without = dict(list(hyper.items())[1:]) if "amsgrad" in hyper else dict(list(hyper.items())[:-1])

    assert np.abs(run(registry, name, hyper)[-1] - run(registry, name, without)[-1]).max() > 1e-5


def test_every_hyper_parameter_has_a_case(registry: Registry) -> None:
    cases = {name: {key for hyper in sets for key in hyper} for name, _, sets in CASES}

    assert cases == {name: {p.name for p in registry.optimizers[name].parameters} for name in cases}


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        # w = 1, gradients 0.5 and then -0.5, learning rate 0.1.
        ("sgd", 0.95, 1.0),
        ("momentum", 0.95, 0.955),  # velocity 0.5, then 0.45 - 0.5 = -0.05
        ("nag", 0.905, 0.9595),  # 0.5 + 0.9 * 0.5 = 0.95; -0.5 + 0.9 * -0.05 = -0.545
        ("adagrad", 0.9, 0.9 + 0.1 * math.sqrt(0.5)),  # 0.5/0.5; -0.5/sqrt(0.5)
        ("rmsprop", 0.0, 0.0 + 0.05 / math.sqrt(0.99 * 0.0025 + 0.0025)),  # 0.5/(0.1 * 0.5) = 10
        ("adam", 0.9, 0.9 + 0.1 * 0.01 / 0.19),  # means 0.05, -0.005: over 0.19, over 0.5
    ],
)
def test_two_steps_worked_out_by_hand(registry: Registry, name: str, first: float, second: float) -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    optimizer = registry.optimizers[name].create([weight], lr=0.1)
    for gradient, expected in ((0.5, first), (-0.5, second)):
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()

        assert weight.item() == pytest.approx(expected, abs=1e-6)
