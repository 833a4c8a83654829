"""Each optimizer, in each form, against its rule written down in NumPy, over a few gradients of both signs."""

import math

import numpy as np
import pytest
import torch
from numpy_rules import RULES, in_form

from desktop_app.registry import Registry

START = np.array([1.0, -2.0, 0.5])
GRADIENTS = [
    np.array([0.5, -0.2, 0.0]),
    np.array([-0.1, -0.4, 2.0]),
    np.array([0.3, 0.7, -1.0]),
    np.array([-2.0, 0.1, 0.2]),
]

# Each hyper-parameter once: the last one named is what a case is about, the others prepare the ground for it.
MOMENTUM = [{"lr": 0.2}, {"momentum": 0.5}, {"weight_decay": 0.1}]
ADAM = [{"lr": 0.02}, {"beta1": 0.5}, {"beta2": 0.9}, {"eps": 0.01}, {"weight_decay": 0.1}]
AMSGRAD = {"beta2": 0.9, "amsgrad": True}
CASES: dict[tuple[str, str], list[dict[str, object]]] = {
    ("sgd", "standard"): [{"lr": 0.2}, {"weight_decay": 0.1}],
    ("momentum", "standard"): [*MOMENTUM, {"dampening": 0.3}],
    ("momentum", "textbook"): MOMENTUM,
    ("nag", "standard"): MOMENTUM,
    ("nag", "textbook"): MOMENTUM,
    ("adagrad", "standard"): [
        {"lr": 0.2}, {"lr_decay": 0.1}, {"initial_accumulator_value": 0.5}, {"eps": 0.01}, {"weight_decay": 0.1},
    ],
    ("adagrad", "textbook"): [{"lr": 0.2}, {"eps": 0.01}, {"weight_decay": 0.1}],
    ("rmsprop", "standard"): [
        {"lr": 0.02}, {"alpha": 0.9}, {"momentum": 0.5}, {"centered": True}, {"eps": 0.01}, {"weight_decay": 0.1},
    ],
    ("rmsprop", "textbook"): [{"lr": 0.02}, {"alpha": 0.7}, {"eps": 0.01}, {"weight_decay": 0.1}],
    ("adam", "standard"): [*ADAM, AMSGRAD],
    ("adam", "textbook"): ADAM,
    ("adamw", "standard"): [
        *ADAM, AMSGRAD, {"decay": "independent"}, {"decay": "independent", **AMSGRAD},
    ],
    ("adamw", "textbook"): ADAM,
    ("nadam", "standard"): [*ADAM, {"momentum_decay": 0.1}, {"weight_decay": 0.1, "decoupled_weight_decay": True}],
    ("nadam", "textbook"): ADAM,
}  # fmt: skip
EACH = [
    pytest.param(name, form, hyper, id=f"{name}-{form}-{'-'.join(hyper)}")
    for (name, form), sets in CASES.items()
    for hyper in sets
]


def run(registry: Registry, name: str, form: str, hyper: dict[str, object]) -> list[np.ndarray]:
    weight = torch.nn.Parameter(torch.tensor(START))
    optimizer = registry.optimizers[name].create([weight], **in_form(name, form), **hyper)
    path = []
    for gradient in GRADIENTS:
        weight.grad = torch.tensor(gradient)
        optimizer.step()
        if (name, form) == ("nag", "textbook"):
            optimizer.eval()
        path.append(weight.detach().numpy().copy())
        if (name, form) == ("nag", "textbook"):
            optimizer.train()
    return path


@pytest.mark.parametrize(("name", "form", "hyper"), EACH)
def test_each_step_is_the_rule(registry: Registry, name: str, form: str, hyper: dict[str, object]) -> None:
    expected = list(RULES[name, form](START, lambda weights, step: GRADIENTS[step], len(GRADIENTS), **hyper))

    # torch keeps Nadam's product of momenta in float32 whatever the weights are.
    tolerance = 1e-8 if (name, form) == ("nadam", "standard") else 1e-12
    np.testing.assert_allclose(run(registry, name, form, hyper), expected, rtol=tolerance, atol=1e-14)


@pytest.mark.parametrize(("name", "form", "hyper"), EACH)
def test_each_hyper_parameter_changes_the_path(
    registry: Registry, name: str, form: str, hyper: dict[str, object]
) -> None:
    without = dict(list(hyper.items())[:-1])

    assert np.abs(run(registry, name, form, hyper)[-1] - run(registry, name, form, without)[-1]).max() > 1e-5


@pytest.mark.parametrize("name", ["momentum", "nag", "rmsprop", "adamw", "nadam"])
def test_the_forms_part_from_the_first_step(registry: Registry, name: str) -> None:
    assert np.abs(run(registry, name, "standard", {})[0] - run(registry, name, "textbook", {})[0]).max() > 1e-5


@pytest.mark.parametrize("name", ["adam", "adagrad"])
def test_the_forms_of_adam_and_adagrad_are_one_rule(registry: Registry, name: str) -> None:
    eps = {"eps": 1e-8}

    np.testing.assert_array_equal(run(registry, name, "standard", eps), run(registry, name, "textbook", eps))


def test_every_hyper_parameter_has_a_case(registry: Registry) -> None:
    for name in {name for name, _ in CASES}:
        named = {key for (other, _), sets in CASES.items() if other == name for hyper in sets for key in hyper}
        forms = {"form"} if (name, "textbook") in CASES else set()

        assert named | forms == {parameter.name for parameter in registry.optimizers[name].parameters}


@pytest.mark.parametrize(
    ("name", "form", "first", "second"),
    [
        # w = 1, gradients 0.5 and then -0.5, learning rate 0.1.
        ("sgd", "standard", 0.95, 1.0),
        ("momentum", "standard", 0.95, 0.955),  # velocity 0.5, then 0.45 - 0.5 = -0.05
        ("nag", "standard", 0.905, 0.9595),  # 0.5 + 0.9 * 0.5 = 0.95; -0.5 + 0.9 * -0.05 = -0.545
        ("adagrad", "standard", 0.9, 0.9 + 0.1 * math.sqrt(0.5)),  # 0.5/0.5; -0.5/sqrt(0.5)
        ("rmsprop", "standard", 0.0, 0.0 + 0.05 / math.sqrt(0.99 * 0.0025 + 0.0025)),  # 0.5/(0.1 * 0.5) = 10
        ("adam", "standard", 0.9, 0.9 + 0.1 * 0.01 / 0.19),  # means 0.05, -0.005: over 0.19, over 0.5
        ("momentum", "textbook", 0.995, 0.9955),  # velocity 0.05, then 0.045 - 0.05 = -0.005
        ("nag", "textbook", 0.995, 0.9955),  # the same where the gradients do not depend on the place
        ("adagrad", "textbook", 0.9, 0.9 + 0.1 * math.sqrt(0.5)),
        # 0.5/sqrt(0.1 * 0.25); then s = 0.9 * 0.025 + 0.025 = 0.0475
        ("rmsprop", "textbook", 1 - 0.1 * math.sqrt(10), 1 - 0.1 * math.sqrt(10) + 0.05 / math.sqrt(0.0475)),
        ("adam", "textbook", 0.9, 0.9 + 0.1 * 0.01 / 0.19),
        # The same steps, and a hundredth of the weight each time: of 1, then of 0.89.
        ("adamw", "textbook", 0.89, 0.89 - 0.0089 + 0.1 * 0.01 / 0.19),
        # 0.9 * 0.5 + 0.1 * 0.5 / 0.1 = 0.95 over 0.5; then (0.9 * -0.005 - 0.05) / 0.19 over 0.5
        ("nadam", "textbook", 0.81, 0.81 + 0.1 * 0.0545 / 0.19 / 0.5),
    ],
)
def test_two_steps_worked_out_by_hand(registry: Registry, name: str, form: str, first: float, second: float) -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    optimizer = registry.optimizers[name].create([weight], lr=0.1, **in_form(name, form))
    for gradient, expected in ((0.5, first), (-0.5, second)):
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        if (name, form) == ("nag", "textbook"):
            optimizer.eval()

        assert weight.item() == pytest.approx(expected, abs=1e-6)
        if (name, form) == ("nag", "textbook"):
            optimizer.train()


def test_textbook_nag_worked_out_by_hand_down_a_slope(registry: Registry) -> None:
    # f = w*w, so g = 2w: from w = 1, v = 0.1 * 2 = 0.2 and w = 0.98. Then g is taken at 0.98 - 0.9 * 0.2 = 0.8:
    # v = 0.9 * 0.2 + 0.1 * 1.6 = 0.34 and w = 0.98 - 0.034 = 0.946, from where the network looks at 0.946 - 0.306.
    weight = torch.nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    optimizer = registry.optimizers["nag"].create([weight], lr=0.1, form="textbook")
    seen = []
    for _ in range(2):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
        seen.append(weight.item())
    optimizer.eval()

    assert seen == pytest.approx([0.8, 0.64])
    assert weight.item() == pytest.approx(0.946)
