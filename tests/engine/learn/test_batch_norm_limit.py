"""The highest learning rate that still trains, and the brief trainings that it is found by."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.learn.batch_norm_limit import (
    Setting,
    Sweep,
    SweepPlan,
    Trial,
    rates_between,
    settings_of,
    sweep,
)
from desktop_app.engine.learn.brief_training import brief_job, train_briefly
from desktop_app.engine.prepare import load_samples, prepare
from desktop_app.registry import Registry

SMALL = SweepPlan(settings_of([("batch_norm", "Batch norm", {})]), rates=(0.3, 3.0), layers=(32, 32), steps=60, seeds=1)


# Rates far outside of what is usual are the point here.
pytestmark = pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")


def test_with_batch_norm_higher_rates_train(registry: Registry) -> None:
    found = sweep(registry, SMALL)
    without, before, after = (found.highest(place) for place in range(3))
    assert found.finished
    assert (without, before) == (0.3, 3.0)
    assert after is not None
    assert after >= 0.3
    assert "Without: 0.3" in found.in_words()
    assert "Batch norm before: 3 or more" in found.in_words()


def test_each_trial_is_reported_and_those_that_were_made_are_not_made_again(registry: Registry) -> None:
    plan = SweepPlan((Setting("Without"),), (0.1, 0.2), layers=(8,), steps=10, seeds=2)
    told: list[int] = []
    whole = sweep(registry, plan, report=lambda part: told.append(len(part.trials)))
    assert told == [1, 2, 3, 4]
    told.clear()
    again = sweep(registry, plan, whole.trials[:3], report=lambda part: told.append(len(part.trials)))
    assert told == [4]
    assert again == whole
    assert len(whole.sheet().rows) == 4


def test_a_sweep_ends_when_told_to(registry: Registry) -> None:
    class EnoughError(Exception):
        pass

    asked = 0

    def between() -> None:
        nonlocal asked
        asked += 1
        if asked > 5:
            raise EnoughError

    with pytest.raises(EnoughError):
        sweep(registry, SMALL, between=between)


def test_what_breaks_off_has_an_infinite_loss_and_no_accuracy(registry: Registry) -> None:
    plan = SweepPlan((Setting("Without"),), (1000.0,), layers=(16,), steps=30, seeds=1)
    (trial,) = sweep(registry, plan).trials
    assert trial == Trial(0, 1000.0, 0, math.inf, None)


def test_the_median_over_the_seeds_decides() -> None:
    plan = SweepPlan((Setting("Without"),), (0.1, 1.0), seeds=3)
    losses = {0.1: (0.1, 0.2, 5.0), 1.0: (0.1, math.inf, math.inf)}
    trials = tuple(
        Trial(0, rate, seed, loss, None if math.isinf(loss) else 0.9)
        for rate, found in losses.items()
        for seed, loss in enumerate(found)
    )
    found = Sweep(plan, trials, guessing=math.log(10.0))
    assert found.highest(0) == 0.1
    rates, median, accuracy = found.curve(0)
    assert rates.tolist() == [0.1, 1.0]
    assert median.tolist() == [0.2, math.inf]
    assert accuracy.tolist() == pytest.approx([0.9, 0.1])
    assert Sweep(plan, (), math.log(10.0)).highest(0) is None


def test_rates_rise_in_equal_factors() -> None:
    assert rates_between(0.01, 10.0, 1) == (0.01, 0.1, 1.0, 10.0)
    assert len(rates_between(0.01, 10.0, 3)) == 10
    with pytest.raises(ValueError, match="above 0"):
        rates_between(0.0, 1.0)


def test_a_brief_training_is_the_same_as_a_loop_by_hand(registry: Registry) -> None:
    experiment = Experiment.from_dict(
        {
            "data": {"source": "digits"},
            "model": {"layers": [16], "normalization": "batch_norm"},
            "training": {"optimizer": {"name": "sgd", "lr": 0.1}, "batch_size": 50, "seed": 3},
        }
    )
    samples = load_samples(experiment, registry)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    found = train_briefly(brief_job(experiment, registry, samples), 5)
    assert torch.equal(before, torch.get_rng_state())

    from desktop_app.engine.data.sources import shuffled_batches

    job = prepare(experiment, registry)
    network = job.model.network.train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    losses = []
    for batch in shuffled_batches(torch.from_numpy(job.split.training), 50, (3, 0, 0))[:5]:
        optimizer.zero_grad()
        raw = torch.from_numpy(samples.items.values)[batch]  # type: ignore[union-attr]
        logits = network(job.model.preprocessing(raw))
        loss = torch.nn.functional.cross_entropy(logits, job.targets[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(found.losses, losses, rtol=1e-6)
    assert found.accuracy is not None


def test_dropout_draws_from_a_generator_of_its_own_in_every_step(registry: Registry) -> None:
    experiment = Experiment.from_dict({"data": {"source": "digits"}, "model": {"layers": [16], "dropout": 0.5}})
    samples = load_samples(experiment, registry)
    before = torch.get_rng_state()
    first = train_briefly(brief_job(experiment, registry, samples), 4)
    second = train_briefly(brief_job(experiment, registry, samples), 4)
    assert torch.equal(before, torch.get_rng_state())
    np.testing.assert_array_equal(first.losses, second.losses)
