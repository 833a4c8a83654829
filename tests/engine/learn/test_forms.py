"""Textbook beside standard, as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from desktop_app.api import Optimizer
from desktop_app.engine.learn.forms import CURVATURES, START, STEPS, descend, descent, has_forms, loss_at
from desktop_app.errors import PluginError
from desktop_app.registry import Registry


def by_hand(lr: float, rule: Any) -> np.ndarray[Any, Any]:
    """Return the way of ``rule(velocity, gradient) -> (velocity, step)`` down the valley."""
    weight, velocity = np.array(START), np.zeros(2)
    way = [weight]
    for _ in range(STEPS):
        velocity, step = rule(velocity, weight * np.array(CURVATURES))
        weight = weight - lr * step
        way.append(weight)
    return np.array(way)


def test_both_forms_of_momentum_go_the_ways_that_their_formulas_say(registry: Registry) -> None:
    found = descent(registry.optimizers["momentum"], {"momentum": 0.8}, 0.02)
    standard = by_hand(0.02, lambda v, g: (0.8 * v + g, 0.8 * v + g))
    textbook = by_hand(0.02, lambda v, g: (0.8 * v + 0.2 * g, 0.8 * v + 0.2 * g))
    assert [trail.form for trail in found.trails] == ["standard", "textbook"]
    assert np.allclose(found.trails[0].positions, standard, rtol=0, atol=1e-13)
    assert np.allclose(found.trails[1].positions, textbook, rtol=0, atol=1e-13)
    assert found.apart.max() == pytest.approx(np.linalg.norm(standard - textbook, axis=1).max())
    assert f"({found.apart.max():.2g})" in found.in_words()


def test_forms_that_are_one_rule_are_said_to_hold_the_same_numbers(registry: Registry) -> None:
    found = descent(registry.optimizers["adam"], {}, 0.1)
    assert found.apart.max() == 0.0
    assert found.in_words().startswith(f"After {STEPS} steps both forms hold the very same numbers.")


def test_an_optimizer_of_one_form_has_one_trail(registry: Registry) -> None:
    sgd = registry.optimizers["sgd"]
    assert not has_forms(sgd)
    found = descent(sgd, {}, 0.05)
    assert np.allclose(found.trails[0].positions, by_hand(0.05, lambda v, g: (v, g)))
    assert len(found.apart) == 0
    assert found.trails[0].losses[0] == loss_at(np.array(START)) == 18.0


def test_a_rate_is_found_at_which_the_rule_shows_itself(registry: Registry) -> None:
    for name in ("sgd", "momentum", "rmsprop"):
        found = descent(registry.optimizers[name], {})
        assert found.trails[0].losses[-1] < 0.1, name
        assert found.learning_rate is not None


def test_a_rate_that_is_too_high_is_said_to_lead_out_of_all_bounds(registry: Registry) -> None:
    found = descent(registry.optimizers["sgd"], {}, 1.0)
    lost = found.trails[0].diverged
    assert lost is not None
    assert np.isnan(found.trails[0].losses[lost:]).all()
    assert f"leaves all bounds, at step {lost}" in found.in_words()


def test_a_textbook_form_that_refuses_a_setting_is_left_out_with_its_reason(registry: Registry) -> None:
    found = descent(registry.optimizers["adam"], {"amsgrad": True}, 0.1)
    assert [trail.form for trail in found.trails] == ["standard"]
    assert "amsgrad" in found.refused
    assert found.refused in found.in_words()


def test_a_setting_that_is_refused_altogether_is_an_error(registry: Registry) -> None:
    with pytest.raises(PluginError, match="momentum must be a number"):
        descent(registry.optimizers["momentum"], {"momentum": "fast"}, 0.1)


def test_the_numbers_are_saved_with_a_row_a_step(registry: Registry) -> None:
    sheet = descent(registry.optimizers["momentum"], {}, 0.02).sheet()
    assert sheet.header[:4] == ("step", "standard x", "standard y", "standard loss")
    assert sheet.header[-1] == "apart"
    assert len(sheet.rows) == STEPS + 1


class Looking(torch.optim.SGD):
    """Asks for its closure twice a step and keeps other weights for evaluation: the true ones plus 1."""

    def step(self, closure: Any = None) -> Any:
        assert closure is not None
        closure()
        loss = closure()
        super().step()
        return loss

    def eval(self) -> None:
        self._add(1.0)

    def train(self) -> None:
        self._add(-1.0)

    @torch.no_grad()
    def _add(self, amount: float) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                weight.add_(amount)


def test_closures_are_called_and_the_weights_for_evaluation_are_what_is_drawn() -> None:
    looking = Optimizer("looking", lambda params, lr=0.05: Looking(params, lr=lr), closure=True)
    positions, _, asked = descend(looking, {})
    assert asked == 2 * STEPS
    assert np.allclose(positions[1:], by_hand(0.05, lambda v, g: (v, g))[1:] + 1.0)


def test_second_derivatives_are_there_for_a_rule_that_asks_for_them() -> None:
    class Newton(torch.optim.SGD):
        def step(self, closure: Any = None) -> None:  # type: ignore[override]
            (weight,) = self.param_groups[0]["params"]
            (curvature,) = torch.autograd.grad(weight.grad.sum(), weight)
            with torch.no_grad():
                weight -= weight.grad / curvature

    newton = Optimizer("newton", lambda params, lr=0.1: Newton(params, lr=lr), create_graph=True)
    positions, _, _ = descend(newton, {})
    assert np.allclose(positions[1], 0.0)
