"""Averaged weights: by hand after three steps, out of the way of training, and in every place where one evaluates."""

import pytest
import torch

from desktop_app.engine.device import CPU
from desktop_app.engine.evaluation.in_loop import evaluate
from desktop_app.engine.events import StageStarted
from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.prepare import prepare
from desktop_app.engine.stage import StageMaker
from desktop_app.engine.stepper import Stepper
from desktop_app.engine.weight_average import WeightAverage, moving_statistics
from desktop_app.store.checkpoints import load_checkpoint


def averaged_over(decay, values):
    weight = torch.nn.Parameter(torch.tensor([100.0]))  # what it begins with leaves no trace
    average = WeightAverage(decay, [weight])
    for value in values:
        weight.data.fill_(value)
        average.update()
    average.evaluating(begins=True)
    return weight.item()


def test_the_average_of_three_steps_is_the_one_worked_out_by_hand():
    # d is 2/11 at the second step and 3/12 at the third: 2/11 - 2 * 9/11 = -16/11; -16/44 + 3/4 * 4 = 29/11.
    assert averaged_over(0.999, [1.0, -2.0, 4.0]) == pytest.approx(29 / 11)
    # A decay below those is the one that counts: 0.1 - 0.9 * 2 = -1.7; -0.17 + 0.9 * 4 = 3.43.
    assert averaged_over(0.1, [1.0, -2.0, 4.0]) == pytest.approx(3.43)


def test_the_weights_that_are_trained_come_back_to_the_bit_however_often_one_asks():
    weight = torch.nn.Parameter(torch.rand(50, generator=torch.Generator().manual_seed(0)))
    average = WeightAverage(0.9, [weight])
    average.update()
    with torch.no_grad():
        weight.mul_(1.1)
    average.update()
    before, state = weight.detach().clone(), average.state()["average"][0].clone()

    average.evaluating(begins=True)
    average.evaluating(begins=True)
    inside = weight.detach().clone()
    average.evaluating(begins=False)
    average.evaluating(begins=False)

    assert torch.equal(inside, state)
    assert not torch.equal(inside, before)
    assert torch.equal(weight, before)
    assert torch.equal(average.state()["average"][0], state)


def test_it_follows_the_weights_after_the_optimizers_step_with_a_closure_too(all_plugins):
    for optimizer in ("sgd", "looking_twice"):
        weight = torch.nn.Parameter(torch.tensor([2.0, -2.0]))
        average = WeightAverage(0.5, [weight])
        stepper = Stepper(
            all_plugins,
            PluginChoice(name=optimizer),
            PluginChoice(name="constant"),
            [("weight", weight)],
            10,
            average=average,
        )
        seen = []
        for _ in range(2):
            stepper.step(lambda weight=weight: weight.square().sum())
            seen.append(weight.detach().clone())

        expected = seen[0] * (2 / 11) + seen[1] * (9 / 11)
        assert torch.allclose(average.state()["average"][0], expected)
        assert average.state()["steps"] == 2


def test_statistics_of_norms_are_averaged_and_counters_and_frozen_layers_are_not():
    network = torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.BatchNorm1d(2)).train()
    network[0].eval()

    found = moving_statistics(network)

    assert [id(buffer) for buffer in found] == [id(network[1].running_mean), id(network[1].running_var)]


def test_the_averaged_weights_are_validated_and_kept_and_training_goes_on_from_the_others(
    train, experiment_of, all_plugins, weights_of, tmp_path
):
    run = train(experiment_of("mlp", training__ema_decay=0.9), tmp_path).run
    plain = train(experiment_of("mlp"), tmp_path).run

    # The trained weights are those of a run that averages nothing, to the bit.
    ours, theirs = weights_of(run), weights_of(plain)
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []
    assert run.series("train_loss")[1].tolist() == plain.series("train_loss")[1].tolist()
    # What is validated is the kept model, which is another one.
    best = weights_of(run, "best")
    assert [name for name in ours if torch.equal(ours[name], best[name]) and ours[name].is_floating_point()] == []
    job = prepare(run.experiment, all_plugins)
    job.model.load_state(load_checkpoint(run.files.best)["model"])
    stage = StageMaker(job, lambda *_: None).make(job.stages[0])
    found = evaluate(job, stage, torch.from_numpy(job.split.validation), None)
    assert job.device == CPU
    assert found.loss == pytest.approx(run.result["best"]["val_loss"], rel=1e-6)
    assert found.loss != pytest.approx(plain.result["best"]["val_loss"], rel=1e-3)


def test_the_last_checkpoint_holds_both_and_the_average_is_what_was_kept(train, experiment_of, weights_of, tmp_path):
    # Without validation the last epoch is the one that is kept.
    run = train(experiment_of("mlp", training__ema_decay=0.9, data__validation=0.0), tmp_path).run

    content = load_checkpoint(run.files.last)
    kept = list(weights_of(run, "best").values())

    assert content["stepper"]["average"]["steps"] == run.result["steps"]
    for average in content["stepper"]["average"]["average"]:
        assert any(torch.equal(average, value) for value in kept)


def test_a_run_without_it_keeps_nothing_more(finished):
    assert "average" not in load_checkpoint(finished("mlp").files.last)["stepper"]


def test_a_frozen_backbone_is_not_copied_and_fine_tuning_begins_with_what_was_evaluated(
    train, experiment_of, all_plugins, weights_of, tmp_path
):
    experiment = experiment_of("transfer", training__ema_decay=0.9, training__epochs=1, fine_tuning__epochs=1)
    cut = train(experiment, tmp_path, {5: lambda session: session.stop()}).run
    head = prepare(experiment, all_plugins).model.network.head
    learned = sum(weight.numel() for weight in head.parameters())
    moving = sum(buffer.numel() for buffer in moving_statistics(head.train()))
    assert sum(map(torch.numel, load_checkpoint(cut.files.last)["stepper"]["average"]["average"])) == learned + moving

    steps_of_one_epoch = 12
    beginnings = []

    def keep(session):
        beginnings.append((weights_of(session.run), weights_of(session.run, "best")))

    tuned = train(experiment, tmp_path, {steps_of_one_epoch + 1: keep})

    assert tuned.events_of(StageStarted)[1].step == steps_of_one_epoch
    begun, evaluated = beginnings[0]
    assert [name for name in begun if not torch.equal(begun[name], evaluated[name])] == []
