"""What is kept as the best model and what the result says of it are of one epoch, wherever a run was gone on from."""

import pytest

from desktop_app.engine.events import EpochEnded
from desktop_app.engine.position import Position
from desktop_app.engine.session import Session
from desktop_app.store.checkpoints import load_checkpoint


def standing() -> float:
    """Return a time that never passes: no checkpoint becomes old."""
    return 0.0


@pytest.fixture
def trained(experiment_of, all_plugins, tmp_path):
    """Return a maker of sessions that have a checkpoint after the first epoch and none later; may fail after some."""

    def make(name, fails_after=None, **keys):
        def listen(event):
            if isinstance(event, EpochEnded) and event.epoch == 1:
                session.set_learning_rate(0.011)  # a checkpoint is written
            if isinstance(event, EpochEnded) and event.epoch == fails_after:
                raise RuntimeError("the power failed")

        adam = {"name": "adam", "lr": 0.01}
        experiment = experiment_of("mlp", training__epochs=6, training__optimizer=adam, **keys)
        session = Session(experiment, all_plugins, tmp_path / name, listen, standing)
        session.start()
        assert session.wait(120).status == ("failed" if fails_after else "finished")
        return session

    return make


@pytest.fixture
def went_on(all_plugins):
    """Return what goes on with a run to its end."""

    def make(run, **changes):
        session = Session.resuming(run.folder, all_plugins, clock=standing, **changes)
        session.start()
        assert session.wait(120).status == "finished"
        return run

    return make


def figures_in_the_file(run):
    return load_checkpoint(run.files.best)["figures"]


def test_a_better_model_than_the_checkpoints_stands_where_a_run_goes_on_otherwise(trained, went_on):
    run = trained("cut", fails_after=4).run
    before = figures_in_the_file(run)
    assert before["epoch"] > 1

    went_on(run, learning_rate=1e-12)

    assert run.result["epochs"] == 6
    assert run.result["best"] == before == figures_in_the_file(run)
    assert load_checkpoint(run.files.last)["position"]["best"] == before


def test_a_run_that_is_stopped_before_it_comes_by_its_best_epoch_again_tells_of_what_is_kept(trained, resume, tmp_path):
    run = trained("cut", fails_after=4).run
    before = figures_in_the_file(run)

    stopped = resume(run.folder, commands={14: lambda session: session.stop()})

    assert (stopped.outcome.status, run.result["steps"]) == ("stopped", 14)
    assert run.result["best"] == before == figures_in_the_file(run)


@pytest.mark.parametrize("validation", [0.2, 0.0])
def test_a_run_that_goes_the_same_way_again_ranks_its_epochs_as_its_twin_did(validation, trained, went_on, differences):
    keys = {"data__validation": validation, "training__early_stopping": 3}
    whole = trained("whole", **keys).run
    run = went_on(trained("cut", fails_after=4, **keys).run)

    assert differences(whole, run) == []
    ours, theirs = (load_checkpoint(each.files.last)["position"] for each in (run, whole))
    assert ours == theirs
    assert ours["best_ahead"] == {}


def test_without_validation_a_run_that_goes_on_otherwise_keeps_its_own_last_epoch(trained, went_on):
    run = trained("cut", fails_after=4, data__validation=0.0, training__early_stopping=0).run

    went_on(run, learning_rate=1e-3)

    assert run.result["best"] == figures_in_the_file(run)
    assert run.result["best"]["epoch"] == 6


def test_a_best_file_that_is_broken_keeps_no_run_from_going_on(trained, went_on):
    run = trained("cut", fails_after=4).run
    run.files.best.write_bytes(b"half a file")

    went_on(run)

    assert run.result["best"] == figures_in_the_file(run)


def test_an_epoch_that_is_not_quite_come_by_again_stays_the_best():
    position = Position([9])
    position.end_epoch({"train_loss": 1.0, "val_loss": 1.0})
    kept = {"epoch": 3, "step": 36, "train_loss": 0.5, "val_loss": 0.5}
    position.take_over_best(kept, is_same_way=True)
    assert (position.best["epoch"], position.best_kept) == (1, kept)

    better = [position.end_epoch({"train_loss": 1.0, "val_loss": loss}) for loss in (1.5, 1.2, 0.7, 0.4)]

    assert better == [False, False, False, True]
    assert position.best["epoch"] == position.best_kept["epoch"] == 5


def test_an_epoch_that_is_kept_in_its_place_forgets_the_one_ahead():
    position = Position([9])
    position.end_epoch({"val_loss": 1.0})
    position.take_over_best({"epoch": 4, "step": 48, "val_loss": 0.5}, is_same_way=True)

    assert position.end_epoch({"val_loss": 0.9})
    assert position.best_kept["epoch"] == 2
