"""200 random steps in float64 of each optimizer, in each form, beside its NumPy rule: equal to 12 digits."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy_rules import RULES, SEVERAL_FORMS, in_form, quadratic, tame

from desktop_app.registry import Registry

STEPS = 200
# torch keeps the product of its Nadam's momenta in float32, whatever the weights are.
TOLERANCES = {("nadam", "standard"): 1e-7}
CASES = [pytest.param(name, form, id=f"{name}-{form}") for name, form in RULES]


def difference(path: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """Return the largest difference of two trajectories, as a share of the largest weight on the way."""
    return float(np.abs(np.array(path) - np.array(expected)).max() / np.abs(np.array(expected)).max())


def trajectory(registry, name, form, start, gradient, **hyper) -> list[np.ndarray]:
    """Return the weights after each step; ``gradient`` gets what the network holds."""
    weight = torch.nn.Parameter(torch.tensor(start))
    optimizer = registry.optimizers[name].create([weight], **in_form(name, form), **hyper)
    path = []
    for step in range(STEPS):
        weight.grad = torch.tensor(gradient(weight.detach().numpy().copy(), step))
        optimizer.step()
        if hasattr(optimizer, "eval"):
            optimizer.eval()
        path.append(weight.detach().numpy().copy())
        if hasattr(optimizer, "train"):
            optimizer.train()
    return path


@pytest.mark.parametrize(("name", "form"), CASES)
@settings(deadline=None, max_examples=8)
@given(
    shape=st.lists(st.integers(1, 6), max_size=3),
    scale=st.sampled_from([1e-6, 1.0, 1e3]),
    rate=st.sampled_from([None, 0.003, 0.1]),
    seed=st.integers(0, 2**31),
)
@example(shape=[7, 3], scale=1.0, rate=None, seed=0)
def test_random_gradients_lead_along_the_rule(registry: Registry, name, form, shape, scale, rate, seed) -> None:
    random = np.random.default_rng(seed)
    start = random.normal(size=shape)
    gradients = scale * random.normal(size=(STEPS, *shape))
    hyper = {} if rate is None else {"lr": rate}

    path = trajectory(registry, name, form, start, lambda weights, step: gradients[step], **hyper)
    expected = list(RULES[name, form](start, lambda weights, step: gradients[step], STEPS, **hyper))

    assert difference(path, expected) <= TOLERANCES.get((name, form), 1e-12)


@pytest.mark.parametrize(("name", "form"), CASES)
def test_a_quadratic_whose_gradient_depends_on_the_place_does_too(registry: Registry, name: str, form: str) -> None:
    # Curvatures below 20: the textbook's nag is unstable beyond 21.
    matrix, start = quadratic(12, 18.0, seed=5)
    hyper = tame(name)

    path = trajectory(registry, name, form, start, lambda weights, step: matrix @ weights, **hyper)
    expected = list(RULES[name, form](start, lambda weights, step: matrix @ weights, STEPS, **hyper))

    assert difference(path, expected) <= TOLERANCES.get((name, form), 1e-12)
    assert np.isfinite(expected).all()


@pytest.mark.parametrize("name", SEVERAL_FORMS)
def test_weights_with_fewer_gradients_count_their_own_steps(registry: Registry, name: str) -> None:
    random = np.random.default_rng(3)
    starts = random.normal(size=(2, 5))
    gradients = random.normal(size=(STEPS, 2, 5))
    weights = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    optimizer = registry.optimizers[name].create(weights, lr=0.01, form="textbook")
    for step in range(STEPS):
        for place, weight in enumerate(weights):
            missing = place == 1 and step % 3 != 0
            weight.grad = None if missing else torch.tensor(gradients[step, place])
        optimizer.step()
    if hasattr(optimizer, "eval"):
        optimizer.eval()

    for place, given_at in ((0, range(STEPS)), (1, range(0, STEPS, 3))):
        seen = [gradients[step, place] for step in given_at]
        rule = RULES[name, "textbook"](starts[place], lambda weights, step, seen=seen: seen[step], len(seen), lr=0.01)
        np.testing.assert_allclose(weights[place].detach().numpy(), list(rule)[-1], rtol=0, atol=1e-12)


def test_nag_runs_away_beyond_the_curvature_that_its_card_names_and_not_below(registry: Registry) -> None:
    limit = (1 + 1 / 0.9) / (1 - 0.9)

    def furthest(curvature: float) -> float:
        path = trajectory(registry, "nag", "textbook", np.ones(1), lambda weights, step: curvature * weights, lr=1e-4)
        return float(np.abs(path[-1]).max())

    assert 21 < limit < 21.2
    assert furthest(limit - 1) < 1.1
    assert furthest(limit + 1) > 10
    assert any("about 21" in note for note in registry.optimizers["nag"].notes)


def test_textbook_momentum_follows_the_standard_path_at_ten_times_the_learning_rate(registry: Registry) -> None:
    matrix, start = quadratic(6, 10.0, seed=1)

    slow = trajectory(registry, "momentum", "textbook", start, lambda weights, step: matrix @ weights, lr=0.1)
    quick = trajectory(registry, "momentum", "standard", start, lambda weights, step: matrix @ weights, lr=0.01)

    assert difference(slow, quick) < 1e-12
