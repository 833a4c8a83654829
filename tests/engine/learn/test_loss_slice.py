from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.learn import loss_slice
from desktop_app.engine.learn.loss_slice import GridLoss, filter_normalised, slice_of_draft, slice_of_run
from desktop_app.engine.learn.race import Entrant, run_race
from desktop_app.engine.prepare import prepare
from desktop_app.engine.train import train
from desktop_app.registry import Registry

DIGITS = {
    "data": {"source": "digits"},
    "model": {"kind": "mlp", "layers": [8], "dropout": 0.5},
    "training": {"epochs": 1, "batch_size": 256, "threads": 1, "device": "cpu"},
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss_slice, "_POINTS", 7)


def silent(share: float) -> None:
    assert 0.0 <= share <= 1.0


@given(st.lists(st.floats(-100, 100), min_size=25, max_size=25))
def test_the_surface_meets_every_point_of_its_grid(values: list[float]) -> None:
    grid = torch.tensor(values, dtype=torch.float64).reshape(5, 5)
    places = torch.linspace(-1, 1, 5, dtype=torch.float64)
    points = torch.stack(torch.meshgrid(places, places, indexing="ij"), -1)
    np.testing.assert_allclose(GridLoss(grid)(points).numpy(), grid.numpy(), atol=1e-9)


@given(st.floats(-0.99, 0.99), st.floats(-0.99, 0.99))
def test_its_gradient_is_that_of_finite_differences_and_crosses_cells_without_a_jump(x: float, y: float) -> None:
    loss = GridLoss(torch.randn(6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    point = torch.tensor([x, y], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(point), point)
    step = 1e-5
    for axis in range(2):
        aside = torch.zeros(2, dtype=torch.float64)
        aside[axis] = step
        slope = float((loss(point + aside) - loss(point - aside)).detach()) / (2 * step)
        assert float(gradient[axis]) == pytest.approx(slope, abs=1e-2)


def test_a_parabola_is_met_between_the_points_too() -> None:
    places = torch.linspace(-1, 1, 9, dtype=torch.float64)
    x, y = torch.meshgrid(places, places, indexing="ij")
    loss = GridLoss(x**2 + 3 * y)
    inner = torch.tensor([[0.1, 0.33], [-0.4, 0.2]], dtype=torch.float64)
    np.testing.assert_allclose(loss(inner), inner[:, 0] ** 2 + 3 * inner[:, 1], atol=1e-12)


def test_beyond_its_edge_it_rises_and_stays_finite() -> None:
    loss = GridLoss(torch.eye(4, dtype=torch.float64))
    edge, near, far = (float(loss(torch.tensor([x, 0.0], dtype=torch.float64))) for x in (1.0, 2.0, 3.0))
    # The losses span 1, so that it rises by the square of the distance.
    assert near == pytest.approx(edge + 1.0)
    assert far == pytest.approx(edge + 4.0)
    assert torch.isnan(loss(torch.tensor([torch.nan, 0.0])))


def test_a_direction_is_as_long_in_each_filter_as_the_network_and_leaves_biases_alone() -> None:
    weights = {"w": torch.randn(5, 3, 2, 2), "b": torch.randn(5)}
    direction = filter_normalised(weights, torch.Generator().manual_seed(1))
    np.testing.assert_allclose(direction["w"].flatten(1).norm(dim=1), weights["w"].flatten(1).norm(dim=1), rtol=1e-5)
    assert not direction["b"].any()


def test_its_middle_is_the_loss_of_the_weights_that_training_starts_from(registry: Registry) -> None:
    experiment = Experiment.from_dict(DIGITS, Path())
    shares: list[float] = []
    surface = slice_of_draft(experiment, registry, 0, shares.append)
    assert shares[-1] == 1.0
    job = prepare(experiment, registry)
    network = job.model.network
    network.eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            module.train()
    places = torch.from_numpy(job.split.training)
    chosen = places[torch.randperm(len(places), generator=torch.Generator().manual_seed(0))[:256]]
    with torch.no_grad():
        logits = job.model.logits(next(iter(job.source.batches([chosen]))))
        expected = float(job.model.answers.loss(logits, job.targets[chosen]))
    middle = float(surface.loss(torch.zeros(2, dtype=torch.float64)))
    assert middle == pytest.approx(expected, rel=1e-5)
    assert "initial weights" in surface.summary


def test_it_can_be_raced_on(registry: Registry) -> None:
    surface = slice_of_draft(Experiment.from_dict(DIGITS, Path()), registry, 0, silent)
    entrant = Entrant("sgd", "sgd", {"lr": 0.1})
    [trail] = run_race(surface, [entrant], surface.start, 30, 0, registry).trails
    assert trail.error == ""
    assert trail.losses[-1] < trail.losses[0]


def test_around_a_run_its_trained_weights_lie_lower_than_all_around(registry: Registry, tmp_path: Path) -> None:
    values = DIGITS | {"training": {**DIGITS["training"], "epochs": 8}}
    run = train(Experiment.from_dict(values, Path()), out=tmp_path, registry=registry)
    surface = slice_of_run(run, registry, 0, silent)
    assert "trained weights" in surface.summary
    middle = float(surface.loss(torch.zeros(2, dtype=torch.float64)))
    corners = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]], dtype=torch.float64)
    assert middle < float(surface.loss(corners).min())


def test_the_random_numbers_of_a_training_beside_are_put_back(registry: Registry) -> None:
    before = torch.get_rng_state()
    slice_of_draft(Experiment.from_dict(DIGITS, Path()), registry, 0, silent)
    assert torch.equal(before, torch.get_rng_state())


def test_it_ends_when_its_report_raises(registry: Registry) -> None:
    class EnoughError(Exception):
        pass

    def enough(share: float) -> None:
        if share > 0.2:
            raise EnoughError

    with pytest.raises(EnoughError):
        slice_of_draft(Experiment.from_dict(DIGITS, Path()), registry, 0, enough)
