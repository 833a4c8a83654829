"""Instruments in whole trainings: they change no bit, and what they say stands under the names of the layers."""

import json

import numpy as np
import pytest

from desktop_app.engine.insight.facts import Facts
from desktop_app.engine.insight.sampling import EARLY_STEPS


@pytest.mark.parametrize("kind", ["dropout", "augmentation", "transfer"])
def test_a_run_that_was_watched_equals_one_that_was_not(kind, finished, train, experiment_of, differences, tmp_path):
    unwatched = train(experiment_of(kind, training__instruments=False), tmp_path)

    assert unwatched.outcome.status == "finished", unwatched.outcome.reason
    assert differences(finished(kind), unwatched.run) == []
    assert [name for name in unwatched.run.series_names() if "/" in name or name.startswith("instrument")] == []
    assert unwatched.run.histogram_names() == []


def test_a_watched_run_that_was_cut_equals_one_that_was_neither_cut_nor_watched(
    train, resume, experiment_of, differences, tmp_path
):
    whole = train(experiment_of("dropout", training__instruments=False), tmp_path)
    cut = train(experiment_of("dropout"), tmp_path, {3: lambda session: session.stop()})

    went_on = resume(cut.run.folder)

    assert differences(whole.run, went_on.run) == []
    steps, _ = went_on.run.series("gradient_norm/layers.1")
    assert steps[:3].tolist() == list(EARLY_STEPS[:3])
    assert (np.diff(steps) > 0).all()


def test_every_layer_of_a_network_has_its_series_and_histograms(finished):
    run = finished("mlp")

    names = set(run.series_names())
    for layer in ("layers.1", "layers.4"):
        for quantity in ("gradient_norm", "weight_norm", "update_ratio", "effective_step", "output_mean", "output_std"):
            assert f"{quantity}/{layer}" in names
        assert {f"{kind}/{layer}" for kind in ("weights", "gradients", "updates", "state.exp_avg")} <= set(
            run.histogram_names()
        )
    assert {"running_mean/layers.2", "running_std/layers.2", "batch_drift/layers.2"} <= names
    assert {"activation_mean/layers.3", "activation_std/layers.3", "dead_share/layers.3"} <= names
    assert {"gradient_norm", "instrument_interval"} <= names
    # Told ten times a second: a training this short may end before the first time.
    _, shares = run.series("input_share")
    assert ((shares >= 0.0) & (shares <= 1.0)).all()
    _, bytes_in_use = run.series("memory_bytes")
    assert (bytes_in_use > 1e6).all()


def test_the_facts_of_a_run_are_written_with_its_layers_in_running_order(finished):
    facts = Facts.model_validate(json.loads(finished("mlp").files.facts.read_text()))

    assert (facts.training_samples, facts.batch_size, facts.steps_in_epoch) == (360, 32, 12)
    assert sum(facts.training_counts) == 360
    assert sum(facts.validation_counts) == facts.validation_samples
    assert facts.parameters == 64 * 16 + 2 * 16 + 16 * 10 + 10  # no bias before a norm
    assert facts.constant_loss == pytest.approx(np.log(10), abs=0.01)
    assert (facts.device, facts.learning_batch_norm) == ("cpu", True)
    assert [(layer.name, layer.role, layer.fed_by) for layer in facts.layers] == [
        ("layers.1", "weights", ""),
        ("layers.2", "norm", ""),
        ("layers.3", "activation", "layers.1"),
        ("layers.4", "weights", ""),
    ]


def test_layers_keep_their_names_where_only_the_end_of_a_network_trains(finished):
    run = finished("transfer")

    network = run.load_network("last")[0]
    modules = dict(network.named_modules())
    layered = {name.partition("/")[2] for name in run.series_names() if "/" in name}
    assert layered <= set(modules)
    steps = {name: run.series(name)[0] for name in run.series_names() if name.startswith("gradient_norm/")}
    head = [name for name in steps if name.startswith("gradient_norm/head")]
    blocks = [name for name in steps if name.startswith("gradient_norm/blocks")]
    # 12 steps an epoch, 2 epochs a stage: the blocks learn from step 25 on.
    assert head
    assert blocks
    assert all(steps[name][0] == 1 for name in head)
    assert all(steps[name][0] == 25 for name in blocks)


def test_what_a_plugins_optimizer_keeps_appears_by_its_name(train, experiment_of, tmp_path):
    experiment = experiment_of("mlp", training__optimizer={"name": "averaged", "lr": 0.01}, training__epochs=1)

    run = train(experiment, tmp_path).run

    assert "state.mean/layers.1" in run.series_names()


def test_of_an_optimizer_that_looks_around_the_first_pass_is_measured(train, experiment_of, tmp_path):
    settings = {"training__epochs": 1, "model__normalization": "none"}
    around = experiment_of("mlp", training__optimizer={"name": "sam", "base": "sgd", "lr": 0.1}, **settings)
    plain = experiment_of("mlp", training__optimizer={"name": "sgd", "lr": 0.1}, **settings)

    (_, first), (_, other) = (
        train(experiment, tmp_path).run.series("gradient_norm/layers.1") for experiment in (around, plain)
    )

    assert first[0] == pytest.approx(other[0], rel=1e-6)


def test_float16_gradients_are_measured_without_their_scale(train, experiment_of, tmp_path):
    settings = {"training__epochs": 1, "training__optimizer": {"name": "sgd", "lr": 0.01}}
    scaled = train(experiment_of("mlp", training__precision="float16", **settings), tmp_path)
    assert scaled.outcome.status == "finished", scaled.outcome.reason
    plain = train(experiment_of("mlp", **settings), tmp_path)

    (_, first), (_, other) = (each.run.series("gradient_norm") for each in (scaled, plain))

    assert first[0] == pytest.approx(other[0], rel=0.05)
