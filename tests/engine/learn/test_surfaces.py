from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.learn.surfaces import SURFACES, Surface

EVERY = pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
shares = st.floats(0.0, 1.0)


def inside(surface: Surface, across: float, up: float) -> torch.Tensor:
    low, high = np.array(surface.low), np.array(surface.high)
    return torch.tensor(low + np.array([across, up]) * (high - low))


@EVERY
@given(across=shares, up=shares)
def test_gradients_equal_finite_differences(surface: Surface, across: float, up: float) -> None:
    point = inside(surface, across, up).requires_grad_()
    assert torch.autograd.gradcheck(surface.loss, (point,), eps=1e-6, atol=1e-4, rtol=1e-5)


@EVERY
@given(across=shares, up=shares)
def test_no_place_is_lower_than_the_minima(surface: Surface, across: float, up: float) -> None:
    lowest = surface.loss(torch.tensor(surface.minima, dtype=torch.float64))
    assert float(lowest.max() - lowest.min()) == 0.0
    assert float(surface.loss(inside(surface, across, up))) >= float(lowest[0])


@EVERY
def test_the_gradient_vanishes_at_every_minimum(surface: Surface) -> None:
    minima = torch.tensor(surface.minima, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(surface.loss(minima).sum(), minima)
    assert gradient.abs().max() < 1e-12


@EVERY
def test_the_start_lies_on_the_drawing_and_above_the_target(surface: Surface) -> None:
    start = torch.tensor(surface.start, dtype=torch.float64)
    assert all(low < at < high for low, at, high in zip(surface.low, surface.start, surface.high, strict=True))
    assert float(surface.loss(start)) > surface.target
    assert surface.target > float(surface.loss(torch.tensor(surface.minima[0], dtype=torch.float64)))


@EVERY
@given(across=shares, up=shares, first=st.integers(0, 10**6))
def test_many_points_at_once_give_what_each_gives(surface: Surface, across: float, up: float, first: int) -> None:
    points = torch.stack([inside(surface, across, up), inside(surface, up, across)])
    draw = surface.draws(3, first)[1]
    together = surface.step_loss(points, draw)
    assert together.tolist() == [float(surface.step_loss(point, draw)) for point in points]


def test_what_chance_decides_follows_from_the_seed() -> None:
    for surface in SURFACES:
        assert torch.equal(surface.draws(50, 3), surface.draws(50, 3))
        if surface.draw is not None:
            assert not torch.equal(surface.draws(50, 3), surface.draws(50, 4))


@pytest.mark.parametrize("name", ["noisy_bowl", "sparse"])
def test_the_mean_gradient_over_all_draws_is_that_of_the_loss(name: str) -> None:
    surface = next(surface for surface in SURFACES if surface.name == name)
    draws = surface.draws(20_000, 0)
    point = torch.tensor([1.5, -2.0], dtype=torch.float64, requires_grad=True)
    (true,) = torch.autograd.grad(surface.loss(point), point)
    rows = []
    for draw in draws[:2000]:
        (seen,) = torch.autograd.grad(surface.step_loss(point, draw), point)
        rows.append(seen)
    seen = torch.stack(rows)
    error = seen.std(0) / len(rows) ** 0.5
    assert ((seen.mean(0) - true).abs() <= 4 * error + 1e-12).all()


def test_the_sparse_weight_gets_a_gradient_in_one_step_of_twenty() -> None:
    surface = next(surface for surface in SURFACES if surface.name == "sparse")
    point = torch.tensor([1.0, 1.0], dtype=torch.float64, requires_grad=True)
    seen = [float(torch.autograd.grad(surface.step_loss(point, draw), point)[0][1]) for draw in surface.draws(2000, 1)]
    # 4 standard errors of a share of 0.05 among 2000
    assert abs(np.mean([value != 0 for value in seen]) - 0.05) < 4 * (0.05 * 0.95 / 2000) ** 0.5
    assert {round(value, 12) for value in seen} == {0.0, 0.1}


def test_the_ravines_curvature_stays_below_what_textbook_nesterov_bears() -> None:
    surface = SURFACES[0]
    curvature = torch.autograd.functional.hessian(surface.loss, torch.zeros(2, dtype=torch.float64))
    assert float(torch.linalg.eigvalsh(curvature).max()) == 16.0 < (1 + 1 / 0.9) / (1 - 0.9)
