"""A run that was cut and resumed equals its twin that never was, bit for bit."""

import shutil
import sqlite3
import threading

import numpy as np
import pytest

from desktop_app.engine import stage
from desktop_app.engine.data import frozen_features
from desktop_app.engine.events import Paused, Proceeded, StageStarted
from desktop_app.engine.session import Session
from desktop_app.engine.steering import Stopped
from desktop_app.errors import RunError
from desktop_app.store.checkpoints import load_checkpoint
from desktop_app.store.metrics import MetricsWriter

# Of 12 steps an epoch: the first one, one within an epoch, an epoch's last one, the last of all.
CUTS = {
    "mlp": [1, 17, 24, 36],
    "dropout": [12, 19],
    "augmentation": [1, 16, 29],
    "transfer": [5, 24, 25, 31],
    "recipe": [7, 24, 29],
    "weighted": [5, 24, 31],
}


@pytest.mark.parametrize(("kind", "step"), [(kind, step) for kind, steps in CUTS.items() for step in steps])
def test_a_stopped_and_resumed_run_equals_its_twin(
    kind, step, finished, train, resume, experiment_of, differences, tmp_path
):
    cut = train(experiment_of(kind), tmp_path, {step: lambda session: session.stop()})
    assert (cut.outcome.status, cut.run.status, cut.run.result["steps"]) == ("stopped", "stopped", step)

    went_on = resume(cut.run.folder)

    assert went_on.outcome.status == "finished"
    assert differences(finished(kind), went_on.run) == []


def test_a_run_that_is_cut_again_and_again_equals_its_twin(
    finished, train, resume, experiment_of, differences, tmp_path
):
    cut = train(experiment_of("transfer"), tmp_path, {3: lambda session: session.stop(interrupted=True)})
    for step in (4, 13, 24, 26, 40):
        assert cut.outcome.status == "interrupted"
        cut = resume(cut.run.folder, commands={step: lambda session: session.stop(interrupted=True)})

    whole = resume(cut.run.folder).run

    assert differences(finished("transfer"), whole) == []


def test_a_pause_changes_nothing(finished, train, experiment_of, differences, tmp_path):
    def pause_a_moment(session):
        session.pause()
        threading.Timer(0.05, session.proceed).start()

    paused = train(experiment_of("dropout"), tmp_path, {7: pause_a_moment, 30: pause_a_moment})

    assert [type(event) for event in paused.events if isinstance(event, Paused | Proceeded)] == [Paused, Proceeded] * 2
    assert differences(finished("dropout"), paused.run) == []


def test_a_run_stopped_while_features_are_computed_can_be_resumed(
    finished, resume, experiment_of, differences, all_plugins, tmp_path, monkeypatch
):
    computing = frozen_features.compute_features

    def stopping(*arguments):
        session.stop(interrupted=True)  # in the mailbox before the first batch is done
        return computing(*arguments)

    monkeypatch.setattr(frozen_features, "compute_features", stopping)
    session = Session(experiment_of("transfer"), all_plugins, tmp_path)
    session.start()
    assert session.wait(60).status == "interrupted"
    assert session.run.result["steps"] == 0
    monkeypatch.undo()

    went_on = resume(session.run.folder)

    assert differences(finished("transfer"), went_on.run) == []


def test_the_first_checkpoint_of_a_resumed_stage_is_as_good_as_any(
    finished, train, resume, experiment_of, differences, all_plugins, tmp_path, monkeypatch
):
    # Cut between two stages, resumed, and killed right after the checkpoint that the resumed run begins with.
    making = stage.StageMaker.make

    def stopping(self, plan):
        if plan.thawed:
            raise Stopped(interrupted=True)
        return making(self, plan)

    monkeypatch.setattr(stage.StageMaker, "make", stopping)
    cut = train(experiment_of("transfer"), tmp_path).run
    monkeypatch.undo()
    assert load_checkpoint(cut.files.last)["stepper"] is None

    def keep_the_first(event):
        if isinstance(event, StageStarted):
            shutil.copy(cut.files.last, tmp_path / "first.ckpt")
            session.stop()

    session = Session.resuming(cut.folder, all_plugins, listener=keep_the_first)
    session.start()
    assert session.wait(60).status == "stopped"
    shutil.copy(tmp_path / "first.ckpt", cut.files.last)

    assert differences(finished("transfer"), resume(cut.folder).run) == []


@pytest.mark.parametrize("then", ["the cache is gone", "no memory is free"])
def test_a_resumed_run_equals_its_twin_wherever_its_features_come_from(
    then, finished, train, resume, experiment_of, differences, home, tmp_path, monkeypatch
):
    cut = train(experiment_of("transfer"), tmp_path, {5: lambda session: session.stop()})
    if then == "the cache is gone":
        shutil.rmtree(home / "cache")
    else:
        monkeypatch.setattr(frozen_features, "memory_for_data", lambda device: 0)

    assert differences(finished("transfer"), resume(cut.run.folder).run) == []


def test_what_came_after_the_checkpoint_is_deleted(finished, train, resume, experiment_of, differences, tmp_path):
    cut = train(experiment_of("mlp"), tmp_path, {13: lambda session: session.stop()}).run
    # What a kill leaves behind: numbers that were committed after the last checkpoint.
    writer = MetricsWriter(cut.files.metrics)
    writer.append("train_loss", range(14, 90), [123.0] * 76)
    writer.append("val_loss", [24, 90], [123.0, 123.0])
    writer.event(90, "stage", "never")
    writer.close()

    whole = resume(cut.folder).run

    assert differences(finished("mlp"), whole) == []
    assert [event.kind for event in whole.events()] == ["stage"]


def test_points_at_the_checkpoints_own_step_are_recorded_once(train, resume, experiment_of, tmp_path):
    # The checkpoint lies between an epoch's last step and its evaluation, the kill after the evaluation.
    cut = train(experiment_of("mlp"), tmp_path, {12: lambda session: session.stop()}).run
    writer = MetricsWriter(cut.files.metrics)
    writer.append("val_loss", [12], [123.0])
    writer.close()

    whole = resume(cut.folder)

    steps, values = whole.session.recorder.read("val_loss")
    assert steps.tolist() == [12, 24, 36]
    assert np.array_equal(values, whole.run.series("val_loss")[1])
    assert 123.0 not in values


def test_a_finished_run_is_not_resumed_but_extended(finished, resume):
    with pytest.raises(RunError, match="is finished; give a number of epochs"):
        resume(finished("mlp").folder)


def test_an_extension_under_a_constant_rate_equals_the_longer_run(train, resume, experiment_of, differences, tmp_path):
    short = train(experiment_of("mlp", training__epochs=2), tmp_path).run
    longer = train(experiment_of("mlp", training__epochs=5), tmp_path).run

    extended = resume(short.folder, epochs=3).run

    assert extended.result["epochs"] == 5
    assert differences(longer, extended) == []


def test_an_extension_stays_at_the_last_learning_rate(finished, train, resume, experiment_of, tmp_path):
    run = train(experiment_of("dropout"), tmp_path).run
    _, planned = run.series("lr")

    _, rates = resume(run.folder, epochs=2).run.series("lr")

    assert planned[0] == 0.01
    assert (np.diff(planned) < 0).all()
    assert rates.tolist() == planned.tolist() + [planned[-1]] * 24


def test_an_extension_that_is_cut_before_its_first_checkpoint_is_not_forgotten(
    train, resume, experiment_of, differences, tmp_path
):
    short = train(experiment_of("mlp", training__epochs=1), tmp_path).run
    longer = train(experiment_of("mlp", training__epochs=3), tmp_path).run
    before = []
    cut = resume(
        short.folder,
        epochs=2,
        commands={13: lambda session: (before.append(load_checkpoint(short.files.last)), session.stop())},
    )
    assert before[0]["position"]["stage_epochs"] == [3]

    assert differences(longer, resume(cut.run.folder).run) == []


def test_a_run_with_fine_tuning_is_extended_in_its_last_stage(train, resume, experiment_of, tmp_path):
    run = train(experiment_of("transfer", training__epochs=1, fine_tuning__epochs=1), tmp_path).run

    extended = resume(run.folder, epochs=1)

    assert extended.run.result["epochs"] == 3
    assert [event.name for event in extended.events_of(StageStarted)] == ["fine-tuning"]


def test_the_log_of_the_database_is_folded_in_at_the_end(train, experiment_of, tmp_path):
    run = train(experiment_of("mlp"), tmp_path).run

    log = run.files.metrics.with_name("metrics.sqlite-wal")

    assert not log.exists() or log.stat().st_size == 0
    with sqlite3.connect(f"{run.files.metrics.as_uri()}?mode=ro", uri=True) as database:
        assert database.execute("SELECT count(*) FROM points").fetchone()[0] > 36
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_run_whose_data_has_changed_is_not_resumed(train, resume, experiment_of, tmp_path):
    run = train(experiment_of("mlp"), tmp_path, {3: lambda session: session.stop()}).run
    run.files.experiment.write_text(run.files.experiment.read_text().replace("test = 0.6", "test = 0.5"))

    outcome = resume(run.folder).outcome

    assert outcome.status == "failed"
    assert "The data has changed since the run experiment-1 began" in outcome.reason


def test_a_broken_checkpoint_is_said_in_a_sentence(train, resume, experiment_of, tmp_path):
    run = train(experiment_of("mlp"), tmp_path, {3: lambda session: session.stop()}).run
    run.files.last.write_bytes(run.files.last.read_bytes()[:500])

    outcome = resume(run.folder).outcome

    assert outcome.status == "failed"
    assert "last.ckpt is broken or not one of ours" in outcome.reason
    assert run.result["steps"] == 3
