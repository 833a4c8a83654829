from __future__ import annotations

import csv
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from desktop_app.api import Optimizer
from desktop_app.engine.learn.race import Entrant, Race, run_race, steps_to_target
from desktop_app.engine.learn.race_tuning import best_learning_rates
from desktop_app.engine.learn.race_watch import RaceCancelled, RaceWatch
from desktop_app.engine.learn.surfaces import SURFACES
from desktop_app.registry import Registry

BY_NAME = {surface.name: surface for surface in SURFACES}
RAVINE = BY_NAME["ravine"]


class Standing(torch.optim.Optimizer):
    """Never moves; counts what the race asks of it."""

    def __init__(self, params: Any) -> None:
        super().__init__(params, {"lr": 0.1})

    def step(self, closure: Any = None) -> Any:
        return None


class Raising(Standing):
    def step(self, closure: Any = None) -> Any:
        raise ValueError("no third step")


class Endless(Standing):
    def step(self, closure: Any = None) -> Any:
        while True:
            time.sleep(0.001)


class LooksTwice(torch.optim.SGD):
    """Steps from the gradient half a step ahead: the midpoint rule, which needs a closure."""

    def __init__(self, params: Any, lr: float = 0.1) -> None:
        super().__init__(params, lr=lr)

    def step(self, closure: Any = None) -> Any:
        with torch.enable_grad():
            loss = closure()
        [weight] = self.param_groups[0]["params"]
        before, rate = weight.detach().clone(), self.param_groups[0]["lr"]
        with torch.no_grad():
            weight.sub_(0.5 * rate * weight.grad)
        with torch.enable_grad():
            closure()
        with torch.no_grad():
            weight.copy_(before - rate * weight.grad)
        return loss


class Shifted(torch.optim.SGD):
    """Trains a weight that is off by one from the one to evaluate."""

    def __init__(self, params: Any, lr: float = 0.01) -> None:
        super().__init__(params, lr=lr)

    def eval(self) -> None:
        with torch.no_grad():
            self.param_groups[0]["params"][0].add_(1.0)

    def train(self) -> None:
        with torch.no_grad():
            self.param_groups[0]["params"][0].sub_(1.0)


class Newton(torch.optim.SGD):
    """Divides the gradient by its own derivative, which needs the backward pass's graph."""

    def __init__(self, params: Any) -> None:
        super().__init__(params, lr=1.0)

    def step(self, closure: Any = None) -> Any:
        [weight] = self.param_groups[0]["params"]
        rows = [torch.autograd.grad(part, weight, retain_graph=True)[0] for part in weight.grad]
        with torch.no_grad():
            weight.sub_(torch.linalg.solve(torch.stack(rows), weight.grad.detach()))


class Named(torch.optim.SGD):
    def __init__(self, params: Any) -> None:
        params = list(params)
        assert [name for name, _ in params] == ["weights"]
        super().__init__(params, lr=0.01)


@pytest.fixture
def own(registry: Registry) -> Iterator[Registry]:
    """Return a registry with the real optimizers and those above."""
    made = Registry()
    for contribution in registry.optimizers.values():
        made.optimizers.add(contribution)
    for kind in (Standing, Raising, Endless, Shifted):
        made.optimizers.add(Optimizer(kind.__name__.lower(), kind))
    made.optimizers.add(Optimizer("lookstwice", LooksTwice, closure=True))
    made.optimizers.add(Optimizer("newton", Newton, create_graph=True))
    made.optimizers.add(Optimizer("named", Named, named=True))
    return made


def race_of(registry: Registry, *names: str, steps: int = 5, surface: str = "ravine", **hyper: Any) -> Race:
    chosen = BY_NAME[surface]
    return run_race(chosen, [Entrant(name, name, hyper) for name in names], chosen.start, steps, 0, registry)


def test_sgd_on_the_ravine_takes_the_steps_worked_out_by_hand(own: Registry) -> None:
    [trail] = race_of(own, "sgd", steps=3, lr=0.1).trails
    # x <- (1 - 0.1 * 0.2) x, y <- (1 - 0.1 * 16) y, from (-5, 1.5)
    expected = [[-5, 1.5], [-4.9, -0.9], [-4.802, 0.54], [-4.70596, -0.324]]
    np.testing.assert_allclose(trail.positions, expected, rtol=1e-12)
    np.testing.assert_allclose(trail.gradients, [[-1.0, 24.0], [-0.98, -14.4], [-0.9604, 8.64]], rtol=1e-12)
    np.testing.assert_allclose(trail.losses[:2], [0.1 * 25 + 8 * 2.25, 0.1 * 24.01 + 8 * 0.81], rtol=1e-12)
    np.testing.assert_allclose(trail.step_sizes[0], np.hypot(0.1, 2.4), rtol=1e-12)


@pytest.mark.parametrize("surface", ["ravine", "noisy_bowl", "sparse"])
def test_the_same_seed_gives_the_same_race(own: Registry, surface: str) -> None:
    first, second = (race_of(own, "adam", "momentum", steps=40, surface=surface) for _ in range(2))
    for one, other in zip(first.trails, second.trails, strict=True):
        np.testing.assert_array_equal(one.positions, other.positions)
        np.testing.assert_array_equal(one.gradients, other.gradients)


def test_everybody_sees_the_same_noise_at_the_same_step(own: Registry) -> None:
    bowl = BY_NAME["noisy_bowl"]
    race = race_of(own, "standing", "sgd", "lookstwice", steps=30, surface="noisy_bowl")
    noise = []
    for trail in race.trails:
        exact = trail.positions[:-1] * np.array([1.0, 3.0])
        noise.append(trail.gradients - exact)
    np.testing.assert_allclose(noise[0], noise[1], atol=1e-12)
    np.testing.assert_allclose(noise[0], noise[2], atol=1e-12)
    np.testing.assert_allclose(noise[0], 2.0 * bowl.draws(30, 0).numpy(), atol=1e-12)
    other = run_race(bowl, [Entrant("sgd", "sgd", {})], bowl.start, 30, 1, own)
    assert not np.allclose(other.trails[0].gradients[0], race.trails[0].gradients[0])


@pytest.mark.parametrize("name", ["sgd", "momentum", "nag", "adagrad", "rmsprop", "adam", "adamw", "nadam"])
def test_a_race_is_what_the_plugins_own_object_does_in_a_plain_loop(own: Registry, name: str) -> None:
    valley = BY_NAME["rosenbrock"]
    [trail] = race_of(own, name, steps=25, surface="rosenbrock", lr=0.001).trails
    weight = torch.nn.Parameter(torch.tensor(valley.start, dtype=torch.float64))
    optimizer = own.optimizers[name].create([weight], lr=0.001)
    for step in range(25):
        np.testing.assert_array_equal(trail.positions[step], weight.detach().numpy())
        optimizer.zero_grad()
        valley.loss(weight).backward()
        optimizer.step()


def test_a_rule_with_a_closure_gets_one(own: Registry) -> None:
    [trail] = race_of(own, "lookstwice", steps=1, lr=0.1).trails
    # y: the gradient half a step ahead is 16 (1 - 0.05 * 16) 1.5 = 4.8; the first one asked for is 24.
    np.testing.assert_allclose(trail.positions[1], [-5 + 0.1 * 0.2 * 5 * (1 - 0.05 * 0.2), 1.5 - 0.48], rtol=1e-12)
    np.testing.assert_allclose(trail.gradients[0], [-1.0, 24.0], rtol=1e-12)


def test_a_rule_that_needs_second_derivatives_gets_the_graph(own: Registry) -> None:
    [trail] = race_of(own, "newton", steps=2).trails
    assert trail.error == ""
    np.testing.assert_allclose(trail.positions[1], [0.0, 0.0], atol=1e-12)


def test_a_rule_that_asks_for_names_gets_them(own: Registry) -> None:
    [trail] = race_of(own, "named").trails
    assert trail.error == ""


def test_the_positions_are_those_to_evaluate_and_the_gradients_those_trained_on(own: Registry) -> None:
    [trail] = race_of(own, "shifted", steps=1, lr=0.01).trails
    np.testing.assert_allclose(trail.gradients[0], [-1.0, 24.0], rtol=1e-12)
    np.testing.assert_allclose(trail.positions[1], [-4.99 + 1, 1.26 + 1], rtol=1e-12)
    np.testing.assert_allclose(trail.losses[1], 0.1 * 3.99**2 + 8 * 2.26**2, rtol=1e-12)


def test_one_that_diverges_stops_where_it_left_and_the_others_go_on(own: Registry) -> None:
    entrants = [Entrant("wild", "sgd", {"lr": 1.0}), Entrant("calm", "sgd", {"lr": 0.1})]
    wild, calm = run_race(RAVINE, entrants, RAVINE.start, 60, 0, own).trails
    # |y| = 1.5 * 15^n passes a thousand times the drawing's width of 9 at the 4th step.
    assert wild.diverged == 4
    assert np.isfinite(wild.positions[:5]).all()
    assert np.isnan(wild.positions[5:]).all()
    assert np.isnan(wild.losses[5:]).all()
    assert wild.steps_to_target is None
    assert calm.diverged is None
    assert np.isfinite(calm.positions).all()


def test_a_plugin_that_raises_gets_its_sentence_and_the_others_go_on(own: Registry) -> None:
    broken, fine = race_of(own, "raising", "standing", steps=4).trails
    assert broken.error == 'optimizer "raising" failed in step 1: ValueError: no third step'
    assert np.isnan(broken.positions[1:]).all()
    assert fine.error == ""
    assert (fine.positions == RAVINE.start).all()


def test_a_missing_plugin_and_a_wrong_setting_are_said_in_their_own_sentences(own: Registry) -> None:
    entrants = [Entrant("a", "lyon", {}), Entrant("b", "sgd", {"mementum": 1.0})]
    gone, wrong = run_race(RAVINE, entrants, RAVINE.start, 2, 0, own).trails
    assert gone.error.startswith('there is no optimizer "lyon".')
    assert wrong.error.startswith('optimizer "sgd" has no hyper-parameter "mementum".')


def test_a_step_that_never_ends_can_be_broken_off_and_the_others_go_on(own: Registry) -> None:
    watch = RaceWatch()
    result: list[Race] = []
    entrants = [Entrant("Stuck", "endless", {}), Entrant("Fine", "sgd", {"lr": 0.1})]
    thread = threading.Thread(
        target=lambda: result.append(run_race(RAVINE, entrants, RAVINE.start, 5, 0, own, watch)), daemon=True
    )
    thread.start()
    while watch.steps_taken < 3:
        time.sleep(0.001)
    assert watch.entrant == "Stuck"
    watch.break_off()
    thread.join(60)
    [race] = result
    assert race.trails[0].error == (
        'optimizer "endless": its step did not end and was broken off; mend the plugin\'s endless loop.'
    )
    assert np.isfinite(race.trails[1].positions).all()


def test_an_optimizer_that_was_broken_off_is_not_tried_again(own: Registry) -> None:
    watch = RaceWatch({own.optimizers["endless"]})
    entrants = [Entrant("Stuck", "endless", {}), Entrant("Fine", "sgd", {"lr": 0.1})]
    stuck, fine = run_race(RAVINE, entrants, RAVINE.start, 5, 0, own, watch).trails
    assert "did not end" in stuck.error
    assert fine.error == ""


def test_a_race_ends_when_it_is_told_to(own: Registry) -> None:
    watch = RaceWatch()
    watch.cancel()
    with pytest.raises(RaceCancelled):
        run_race(RAVINE, [Entrant("sgd", "sgd", {})], RAVINE.start, 5, 0, own, watch)


def test_the_global_random_numbers_are_left_alone(own: Registry) -> None:
    before = torch.get_rng_state()
    race_of(own, "sgd", surface="noisy_bowl")
    assert torch.equal(before, torch.get_rng_state())


def test_arriving_means_staying_below_the_target() -> None:
    losses = np.array([5.0, 0.5, 2.0, 0.9, 0.8])
    assert steps_to_target(losses, 1.0) == 3
    assert steps_to_target(losses, 0.85) == 4
    assert steps_to_target(losses, 0.1) is None
    assert steps_to_target(losses, 9.0) == 0
    assert steps_to_target(np.array([0.1, np.nan]), 1.0) is None


def test_a_race_is_saved_as_a_row_for_each_entrant_and_step(own: Registry, tmp_path: Path) -> None:
    race = race_of(own, "sgd", steps=2, lr=0.1)
    file = tmp_path / "race.csv"
    race.sheet().write_csv(file)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert [row["step"] for row in rows] == ["0", "1", "2"]
    assert {row["entrant"] for row in rows} == {"sgd"}
    assert [float(row["x"]) for row in rows] == race.trails[0].positions[:, 0].tolist()
    assert [float(row["loss"]) for row in rows] == race.trails[0].losses.tolist()
    assert float(rows[1]["gradient y"]) == 24.0
    assert float(rows[1]["move y"]) == pytest.approx(-2.4)
    assert rows[0]["move y"] == "nan"


def test_the_best_rate_of_sgd_on_the_ravine_is_where_theory_has_it(own: Registry) -> None:
    entrants = [Entrant("sgd", "sgd", {}), Entrant("standing", "standing", {}), Entrant("gone", "lyon", {})]
    rate, none, gone = best_learning_rates(RAVINE, entrants, RAVINE.start, 120, 0, own)
    # The best for curvatures 0.2 and 16 is 2 / (0.2 + 16) = 0.123; from 0.125 on it diverges.
    assert rate is not None
    assert 0.08 <= rate < 0.125
    assert none is None
    assert gone is None


def test_a_searched_rate_is_at_least_as_good_as_the_default(own: Registry) -> None:
    names = ("momentum", "adam")
    entrants = [Entrant(name, name, {}) for name in names]
    rates = best_learning_rates(RAVINE, entrants, RAVINE.start, 80, 0, own)
    searched = [Entrant(name, name, {"lr": rate}) for name, rate in zip(names, rates, strict=True)]
    race = run_race(RAVINE, [*searched, *entrants], RAVINE.start, 80, 0, own)
    for better, default in zip(race.trails[:2], race.trails[2:], strict=True):
        assert better.losses[-1] <= default.losses[-1]
