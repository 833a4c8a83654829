"""What the loop does beside stepping: ends, batches, stages, early stopping, figures."""

import numpy as np
import pytest
import torch

from desktop_app.engine.events import Ended, EpochEnded, Paused, PhaseStarted, Proceeded, StageStarted
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.networks.answers import Answers
from desktop_app.engine.non_finite import first_non_finite_layer
from desktop_app.engine.position import Position
from desktop_app.engine.prepare import prepare
from desktop_app.errors import DataError, ExperimentError
from desktop_app.store.checkpoints import load_checkpoint


def table(tmp_path, rows):
    path = tmp_path / "table.csv"
    path.write_text("a,b,kind\n" + "\n".join(f"{row},{row % 3},{'xy'[row % 2]}" for row in range(rows)))
    return {"source": "table", "path": str(path), "target": "kind"}


def test_a_loss_that_is_not_finite_ends_the_run_and_names_the_first_layer(
    train, experiment_of, weights_of, all_plugins, tmp_path
):
    experiment = experiment_of(
        "mlp",
        model__activation={"name": "overflowing", "limit": 4.0},
        model__layers=[16, 16],
        model__normalization="none",
        training__optimizer={"name": "sgd", "lr": 0.5},
    )

    trained = train(experiment, tmp_path)

    assert trained.outcome.status == "failed"
    steps, losses = trained.run.series("train_loss")
    step = len(steps) + 1
    assert np.isfinite(losses).all()
    assert f"not finite any more at step {step}, with a learning rate of 0.5" in trained.outcome.reason
    assert 'The first layer that is not finite is "layers.2"' in trained.outcome.reason
    assert (trained.run.status, trained.run.reason) == ("failed", trained.outcome.reason)
    assert all(torch.isfinite(weight).all() for weight in weights_of(trained.run).values())


def test_a_batch_that_is_not_finite_itself_is_called_the_input():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2))

    assert first_non_finite_layer(network, torch.tensor([[1.0, float("inf")]])) == "input"
    assert first_non_finite_layer(network, torch.ones(1, 2)) is None


def test_a_last_batch_of_one_sample_joins_the_one_before(train, experiment_of, tmp_path):
    # 33 rows to train on in batches of 16: steps of 16 and 17.
    experiment = Experiment.from_dict(
        {
            "data": {**table(tmp_path, 33), "validation": 0.0},
            "model": {"kind": "mlp", "layers": [4]},
            "training": {"epochs": 2, "batch_size": 16, "threads": 1},
        }
    )

    trained = train(experiment, tmp_path)

    assert trained.outcome.status == "finished", trained.outcome.reason
    assert trained.outcome.result.steps == 4


def test_one_sample_a_batch_is_refused_with_batch_norm_alone(train, experiment_of, tmp_path):
    def one_a_batch(**model):
        return Experiment.from_dict(
            {
                "data": table(tmp_path, 20),
                "model": {"kind": "mlp", "layers": [4], **model},
                "training": {"epochs": 1, "batch_size": 1, "threads": 1},
            }
        )

    refused = train(one_a_batch(), tmp_path).outcome
    trained = train(one_a_batch(normalization="layer_norm"), tmp_path).outcome

    assert isinstance(refused.error, ExperimentError)
    assert refused.error.key == "training.batch_size"
    assert trained.status == "finished"
    assert trained.result.steps == 16


def test_one_sample_a_batch_is_enough_for_the_norms_of_a_backbone_and_not_for_those_of_a_head(
    experiment_of, train, all_plugins, tmp_path
):
    def experiment(head):
        return experiment_of("transfer", training__batch_size=1, model__head=head, training__epochs=1)

    with pytest.raises(ExperimentError, match=r"training\.batch_size: 1 sample a batch has no variance"):
        prepare(experiment([8]), all_plugins)
    assert train(experiment([]), tmp_path).outcome.status == "finished"


def test_more_layers_than_there_are_cannot_be_thawed(experiment_of, all_plugins):
    with pytest.raises(
        ExperimentError, match=r"fine_tuning\.unfreeze_last: the backbone has \d+ layers with weights, got 99"
    ):
        prepare(experiment_of("transfer", fine_tuning__unfreeze_last=99), all_plugins)


def test_skipping_goes_on_with_the_next_stage(train, experiment_of, tmp_path):
    trained = train(experiment_of("transfer"), tmp_path, {5: lambda session: session.skip_stage()})

    assert trained.outcome.status == "finished"
    assert [event.name for event in trained.events_of(StageStarted)] == ["feature extraction", "fine-tuning"]
    assert [event.step for event in trained.events_of(StageStarted)] == [0, 5]
    assert [(event.step, event.kind) for event in trained.run.events()] == [
        (0, "stage"), (5, "stage_skipped"), (5, "stage"),
    ]  # fmt: skip
    assert trained.outcome.result.epochs == 2


def test_a_stage_can_be_skipped_while_it_waits(train, experiment_of, tmp_path):
    def pause_and_skip(session):
        session.pause()
        session.skip_stage()

    trained = train(experiment_of("transfer"), tmp_path, {5: pause_and_skip})

    assert [type(event) for event in trained.events if isinstance(event, Paused | Proceeded)] == [Paused, Proceeded]
    assert [event.step for event in trained.events_of(StageStarted)] == [0, 5]


def test_a_last_stage_that_is_skipped_within_its_first_epoch_leaves_a_best_model(train, experiment_of, tmp_path):
    run = train(experiment_of("mlp"), tmp_path, {5: lambda session: session.skip_stage()}).run

    assert run.status == "finished"
    assert run.load_model("best") is not None


def test_stopping_within_the_first_epoch_leaves_a_best_model(train, experiment_of, tmp_path, weights_of):
    run = train(experiment_of("mlp"), tmp_path, {5: lambda session: session.stop()}).run

    last, best = weights_of(run), weights_of(run, "best")
    assert [name for name in last if not torch.equal(last[name], best[name])] == []


def test_a_paused_run_can_be_stopped(train, experiment_of, tmp_path):
    def pause_and_stop(session):
        session.pause()
        session.stop()

    trained = train(experiment_of("mlp"), tmp_path, {5: pause_and_stop})

    assert trained.outcome.status == "stopped"
    assert load_checkpoint(trained.run.files.last)["position"]["step"] == 5


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
def test_training_stops_early_where_nothing_gets_better(train, resume, experiment_of, tmp_path):
    # A rate of next to nothing: the accuracy of the first epoch is never beaten, its loss hardly.
    experiment = experiment_of(
        "mlp",
        training__epochs=30,
        training__early_stopping=2,
        training__optimizer={"name": "sgd", "lr": 1e-30},
        model__normalization="none",
    )

    run = train(experiment, tmp_path).run

    assert run.result["epochs"] == 3
    assert run.result["best"]["epoch"] == 1
    assert [event.kind for event in run.events()] == ["stage", "early_stopping"]
    # An extension is as long as it was asked for, up to the patience that counts anew.
    assert resume(run.folder, epochs=2).run.result["epochs"] == 5


def test_without_validation_the_last_epoch_is_the_best(train, experiment_of, tmp_path, weights_of):
    trained = train(experiment_of("mlp", data__validation=0.0), tmp_path)

    result = trained.outcome.result
    assert (result.val_loss, result.val_accuracy) == (None, None)
    assert result.best["epoch"] == 3
    last, best = weights_of(trained.run), weights_of(trained.run, "best")
    assert [name for name in last if not torch.equal(last[name], best[name])] == []
    assert trained.run.series("val_loss")[0].size == 0


def test_the_best_epoch_has_the_highest_accuracy_then_the_lowest_loss():
    position = Position([9])
    figures = [(0.5, 1.0), (0.6, 2.0), (0.6, 1.5), (0.6, 1.7), (0.5, 0.1), (0.6, float("nan"))]

    better = [position.end_epoch({"val_accuracy": accuracy, "val_loss": loss}) for accuracy, loss in figures]

    assert better == [True, True, True, False, False, False]
    assert (position.best["epoch"], position.since_best) == (3, 3)


def test_a_regression_is_best_where_its_loss_is_lowest_whatever_came_first():
    position = Position([9])

    better = [position.end_epoch({"val_loss": loss}) for loss in (float("nan"), 2.0, 3.0, 1.0)]

    assert better == [True, True, False, True]


def test_the_training_loss_of_an_epoch_is_the_mean_over_its_samples(train, experiment_of, tmp_path):
    run = train(experiment_of("mlp", training__epochs=1), tmp_path).run

    _, losses = run.series("train_loss")
    sizes = np.array([32] * 11 + [8])

    assert run.result["train_loss"] == pytest.approx((losses * sizes).sum() / 360, rel=1e-5)


def test_the_figures_of_an_evaluation_agree_with_numpy(finished, all_plugins):
    run = finished("mlp")
    job = prepare(run.experiment, all_plugins)
    model = run.load_model("best", all_plugins)
    places = job.split.validation
    with torch.no_grad():
        logits = model.logits(job.source.values[torch.from_numpy(places)]).double().numpy()
    labels = job.targets.numpy()[places]

    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]

    assert run.result["best"]["val_loss"] == pytest.approx(losses.mean(), rel=1e-5)
    assert run.result["best"]["val_accuracy"] == (logits.argmax(axis=1) == labels).mean()


def test_each_training_sample_is_visited_once_an_epoch(train, experiment_of, all_plugins, tmp_path, monkeypatch):
    from desktop_app.engine.data.sources import InMemory

    seen = []
    handing_out = InMemory.batches

    def watching(self, places):
        for batch in places:
            seen.append(batch.tolist())
            yield next(handing_out(self, [batch]))

    monkeypatch.setattr(InMemory, "batches", watching)
    run = train(experiment_of("mlp", training__epochs=2, data__validation=0.0), tmp_path).run
    names = run.files.read_json(run.files.split)["training"]
    trained_on = [batch for batch in seen if len(batch) < len(names)]

    half = len(trained_on) // 2
    for epoch in (trained_on[:half], trained_on[half:]):
        assert sorted(f"digit {place}" for batch in epoch for place in batch) == sorted(names)
    assert trained_on[:half] != trained_on[half:]


def test_the_listener_hears_of_epochs_and_stages_and_never_of_steps(train, experiment_of, tmp_path):
    # 10,000 steps: 200 samples, 2 a batch, 100 epochs.
    path = tmp_path / "table.csv"
    path.write_text("a,b,kind\n" + "\n".join(f"{row},{row % 3},{'xy'[row % 2]}" for row in range(200)))
    experiment = Experiment.from_dict(
        {
            "data": {"source": "table", "path": str(path), "target": "kind", "validation": 0.0},
            "model": {"kind": "mlp", "layers": [2]},
            "training": {"epochs": 100, "batch_size": 2, "threads": 1, "optimizer": "sgd"},
        }
    )

    trained = train(experiment, tmp_path)

    assert trained.outcome.result.steps == 10_000
    assert len(trained.events_of(EpochEnded)) == 100
    assert len(trained.events_of(StageStarted)) == len(trained.events_of(Ended)) == 1
    assert len(trained.events) == 100 + 2 + len(trained.events_of(PhaseStarted))
    assert len(trained.events_of(PhaseStarted)) < 10
    assert type(trained.events[-1]) is Ended
    steps, _ = trained.session.recorder.read("train_loss")
    assert steps.tolist() == list(range(1, 10_001))


def test_samples_of_one_class_cannot_be_trained_on(all_plugins, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,kind\n1,x\n2,x\n3,x\n")

    with pytest.raises(DataError, match="in every row"):
        prepare(Experiment.from_dict({"data": {"source": "table", "path": str(path), "target": "kind"}}), all_plugins)


def test_sigmoid_is_one_unit_for_two_classes(train, tmp_path, all_plugins):
    content = {
        "data": table(tmp_path, 60),
        "model": {"kind": "mlp", "layers": [4], "output": "sigmoid"},
        "training": {"epochs": 2, "threads": 1},
    }

    trained = train(Experiment.from_dict(content), tmp_path)

    model = trained.run.load_model("best", all_plugins)
    with torch.no_grad():
        logits = model.logits(torch.tensor([[1.0, 0.0], [4.0, 2.0]]))
        answers = model.answers(logits)
    assert trained.outcome.status == "finished"
    assert logits.shape == (2, 1)
    assert isinstance(model.answers, Answers)
    assert answers.shape == (2, 2)
    torch.testing.assert_close(answers.sum(dim=1), torch.ones(2))


def test_a_regression_with_missing_values_and_categories_learns_in_the_targets_own_unit(train, all_plugins, tmp_path):
    generator = np.random.default_rng(0)
    rows = ["size,colour,price"]
    for place in range(300):
        size, colour = generator.uniform(0, 10), ("red", "blue", "green")[place % 3]
        price = 1000.0 + 50.0 * size + {"red": 0.0, "blue": 300.0, "green": -200.0}[colour]
        rows.append(f"{'' if place % 10 == 0 else round(size, 3)},{'' if place % 17 == 0 else colour},{price:.2f}")
    (tmp_path / "prices.csv").write_text("\n".join(rows))
    experiment = Experiment.from_dict(
        {
            "data": {"source": "table", "path": str(tmp_path / "prices.csv"), "target": "price"},
            "model": {"layers": [32]},
            "training": {"epochs": 30, "threads": 1, "optimizer": {"name": "adam", "lr": 0.01}},
        }
    )

    trained = train(experiment, tmp_path)

    result = trained.outcome.result
    assert trained.outcome.status == "finished", trained.outcome.reason
    assert result.val_accuracy is None
    assert trained.run.series("train_accuracy")[0].size == 0
    assert result.best["val_loss"] < 0.5  # in squared standard deviations; 1 is the mean's
    model = trained.run.load_model("best", all_plugins)
    with torch.no_grad():
        answers = model.answers(model.logits(torch.tensor([[5.0, 0.0], [float("nan"), -1.0]])))
    assert answers.shape == (2, 1)
    assert ((answers > 700) & (answers < 1900)).all()
