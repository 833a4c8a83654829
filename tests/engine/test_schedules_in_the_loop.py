"""When the loop steps a schedule, and how a learning rate is changed by hand."""

import numpy as np
import pytest
import torch

from desktop_app.engine.events import LearningRateChanged
from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.stepper import Stepper
from desktop_app.errors import TrainingError
from desktop_app.store.checkpoints import load_checkpoint


def test_a_schedule_steps_once_per_optimizer_step(train, experiment_of, tmp_path):
    run = train(experiment_of("mlp", training__schedule="counted", training__optimizer="sgd"), tmp_path).run

    _, rates = run.series("lr")
    state = load_checkpoint(run.files.last)["stepper"]["schedule"]

    assert state["steps_taken"] == 36
    assert rates == pytest.approx(0.01 * (1 - 0.5 * np.arange(36) / 36))


def test_an_extended_run_stays_at_its_final_rate(train, resume, experiment_of, tmp_path):
    run = train(experiment_of("mlp", training__schedule="counted", training__optimizer="sgd"), tmp_path).run

    extended = resume(run.folder, epochs=1).run

    _, rates = extended.series("lr")
    assert load_checkpoint(extended.files.last)["stepper"]["schedule"]["steps_taken"] == 36
    assert rates[36:] == pytest.approx(0.005)
    assert len(rates) == 48


def test_one_that_watches_gets_the_validation_loss_once_an_epoch(train, experiment_of, tmp_path):
    run = train(experiment_of("mlp", training__schedule="plateau"), tmp_path).run

    state = load_checkpoint(run.files.last)["stepper"]["schedule"]
    _, rates = run.series("lr")

    assert state["told"] == run.series("val_loss")[1].tolist()
    # No improvement is large enough for its threshold: from the second epoch on each one halves the rate.
    assert rates.tolist() == [1e-3] * 24 + [5e-4] * 12


def test_without_validation_it_gets_the_training_loss(train, experiment_of, tmp_path):
    run = train(experiment_of("mlp", training__schedule="plateau", data__validation=0.0, data__test=0.8), tmp_path).run

    told = load_checkpoint(run.files.last)["stepper"]["schedule"]["told"]

    assert told == run.series("epoch_train_loss")[1].tolist()


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle", "step", "warmup_cosine", "counted"])
def test_a_rate_changed_by_hand_keeps_the_schedules_shape(schedule, train, experiment_of, tmp_path):
    def experiment():
        return experiment_of("mlp", training__schedule=schedule)

    _, planned = train(experiment(), tmp_path).run.series("lr")

    changed = train(experiment(), tmp_path, {18: lambda session: session.set_learning_rate(0.5)})

    _, rates = changed.run.series("lr")
    event = changed.events_of(LearningRateChanged)[0]
    assert (event.step, event.learning_rate) == (18, 0.5)
    assert rates[:18] == pytest.approx(planned[:18])
    assert rates[18] == pytest.approx(0.5)
    assert rates[18:] / rates[18] == pytest.approx(planned[18:] / planned[18])
    assert [(each.step, each.text) for each in changed.run.events() if each.kind == "learning_rate"] == [(18, "0.5")]


def test_a_changed_rate_survives_a_stop(train, resume, experiment_of, differences, tmp_path):
    def change(session):
        session.set_learning_rate(0.5)

    whole = train(experiment_of("dropout"), tmp_path, {10: change}).run
    cut = train(experiment_of("dropout"), tmp_path, {10: change, 20: lambda session: session.stop()}).run

    assert differences(whole, resume(cut.folder).run) == []


@pytest.mark.parametrize("rate", [0.0, -0.1, float("nan"), float("inf")])
def test_a_rate_that_makes_no_sense_is_refused_where_it_is_asked_for(rate, train, experiment_of, tmp_path):
    said = []

    def change(session):
        with pytest.raises(TrainingError) as refused:
            session.set_learning_rate(rate)
        said.append(str(refused.value))

    trained = train(experiment_of("mlp", training__epochs=1), tmp_path, {3: change})

    assert trained.outcome.status == "finished"
    assert said == [f"The learning rate must be a finite number above 0, got {rate:g}."]


def test_a_rate_can_be_set_where_the_schedule_stands_at_zero(all_plugins):
    weight = torch.nn.Parameter(torch.ones(2))
    sgd, from_zero = PluginChoice(name="sgd"), PluginChoice(name="from_zero")
    stepper = Stepper(all_plugins, sgd, from_zero, [("weight", weight)], total_steps=4)
    assert stepper.learning_rate == 0.0

    stepper.learning_rate = 0.1
    rates = []
    for _ in range(4):
        stepper.step(lambda: weight.sum())
        rates.append(stepper.learning_rate)

    # There is no rate to scale yet: the shape is kept and rises to what was asked for.
    assert rates == pytest.approx([0.025, 0.05, 0.075, 0.1])
