"""A training that is followed: trackers get all of it, equal to the run's file, and cannot touch it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from listening import Failing, Hanging, Listening, registry_with

from desktop_app.engine.events import Noticed
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.run import Run
from desktop_app.engine.session import Session
from desktop_app.engine.tracking import tracking as tracking_module
from desktop_app.errors import ExperimentError
from desktop_app.registry import Registry
from desktop_app.store.metrics import Histogram

END = {"validation": 0.2, "test": 0.7, "source": "digits"}


@pytest.fixture(autouse=True)
def nothing_heard() -> Iterator[None]:
    """Begin and end with no tracker made."""
    Listening.made.clear()
    yield
    Listening.made.clear()


@pytest.fixture(scope="session")
def followed(all_plugins: Registry) -> Registry:
    """Return all plugins and the trackers of these tests."""
    return registry_with(all_plugins, ("listening", Listening), ("failing", Failing), ("hanging", Hanging))


def experiment(*trackers: Any, epochs: int = 3) -> Experiment:
    return Experiment.from_dict(
        {
            "data": END,
            "model": {"kind": "mlp", "layers": [8]},
            "training": {"epochs": epochs, "threads": 1, "trackers": list(trackers)},
        }
    )


def heard() -> Listening:
    """Return the tracker of the run: the one that was made to see whether it would do was told nothing."""
    (told,) = [made for made in Listening.made if made.calls]
    return told


def equal_to_the_file(tracker: Listening, run: Run, start: int = 0) -> None:
    """Assert that the tracker has every point of the file after ``start``, and no other."""
    told = tracker.series()
    assert set(told) == {name for name in run.series_names() if len(run.series(name)[0][run.series(name)[0] > start])}
    for name, (steps, values) in told.items():
        saved_steps, saved_values = run.series(name)
        later = saved_steps > start
        assert steps == saved_steps[later].tolist(), name
        np.testing.assert_array_equal(values, saved_values[later], name)


def test_a_tracker_is_told_everything_that_the_file_holds_in_order(
    followed: Registry, train: Callable[..., Any], tmp_path: Path
) -> None:
    trained = train(experiment("listening"), tmp_path, registry=followed)

    assert trained.outcome.status == "finished", trained.outcome.reason
    tracker, run = heard(), trained.run
    equal_to_the_file(tracker, run)
    assert {"train_loss", "lr", "val_loss", "val_accuracy", "epoch_train_loss"} <= set(tracker.series())
    assert tracker.of("event") == [(event.step, event.kind, event.text) for event in run.events()]
    assert len(tracker.of("histogram")) == sum(len(run.histograms(name)) for name in run.histogram_names())
    assert tracker.calls[0][0] == "run_started"
    assert tracker.calls[-1][:2] == ("run_ended", "finished")
    assert tracker.calls[-1][2] == {**run.result, "reason": ""}
    assert tracker.threads == {"tracker listening"}
    description, resumed_at = tracker.of("run_started")[0]
    assert (description.folder, description.name, resumed_at) == (run.folder, "experiment", None)
    assert description.experiment == run.experiment.to_dict()
    assert description.task == "rows of 64 columns to 10 classes: 0, 1, 2, 3, 4 and 5 more"


def test_a_followed_training_gives_the_very_same_bits(
    followed: Registry, train: Callable[..., Any], differences: Callable[..., list[str]], tmp_path: Path
) -> None:
    alone = train(experiment(), tmp_path, registry=followed)
    with_trackers = train(experiment("listening", "failing"), tmp_path, registry=followed)

    assert differences(alone.run, with_trackers.run) == []


def test_a_resumed_training_is_told_its_step_and_the_numbers_behind_it(
    followed: Registry, train: Callable[..., Any], tmp_path: Path
) -> None:
    trained = train(experiment("listening"), tmp_path, {7: lambda session: session.stop()}, registry=followed)
    assert trained.outcome.status == "stopped"
    equal_to_the_file(heard(), trained.run)
    Listening.made.clear()

    session = Session.resuming(trained.run.folder, followed)
    session.start()
    session.wait(120)

    tracker = heard()
    description, resumed_at = tracker.of("run_started")[0]
    assert (description.folder, resumed_at) == (trained.run.folder, 7)
    equal_to_the_file(tracker, trained.run, start=7)
    assert tracker.calls[-1][:2] == ("run_ended", "finished")


def test_steps_that_a_training_goes_back_behind_are_taken_back(
    followed: Registry, train: Callable[..., Any], experiment_of: Callable[..., Experiment], tmp_path: Path
) -> None:
    diverging = experiment_of(
        "mlp",
        model__activation={"name": "overflowing", "limit": 12.0},
        model__layers=[16, 16],
        model__normalization="none",
        training__non_finite="roll_back",
        training__optimizer={"name": "sgd", "lr": 0.5},
        training__trackers=["listening"],
    )
    trained = train(diverging, tmp_path, registry=followed)

    assert trained.outcome.status == "finished", trained.outcome.reason
    assert heard().of("went_back")
    equal_to_the_file(heard(), trained.run)


def test_one_that_raises_is_switched_off_with_one_notice_and_all_else_goes_on(
    followed: Registry, train: Callable[..., Any], tmp_path: Path
) -> None:
    trained = train(experiment("failing", "listening"), tmp_path, registry=followed)

    assert trained.outcome.status == "finished"
    (notice,) = trained.events_of(Noticed)
    assert notice.text.startswith("The tracker failing was switched off for this run: OSError: the disk is full")
    assert f'downslope track "{trained.run.folder}" --with failing' in notice.text
    assert [event.text for event in trained.run.events() if event.kind == "notice"] == [notice.text]
    equal_to_the_file(heard(), trained.run)


def test_one_that_hangs_neither_slows_the_training_nor_keeps_it_from_ending(
    followed: Registry, train: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking_module, "END_SECONDS", 0.3)
    Hanging.release.clear()
    try:
        trained = train(experiment("hanging", "listening"), tmp_path, registry=followed)
    finally:
        Hanging.release.set()

    assert trained.outcome.status == "finished"
    (notice,) = trained.events_of(Noticed)
    assert "tracker hanging was switched off for this run: it had not taken everything" in notice.text


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
def test_a_training_that_fails_is_told_as_failed_with_its_reason(
    followed: Registry, train: Callable[..., Any], tmp_path: Path
) -> None:
    wild = experiment("listening").with_value("training.optimizer", {"name": "sgd", "lr": 1e30})
    trained = train(wild, tmp_path, registry=followed)

    assert trained.outcome.status == "failed"
    _, status, result = heard().calls[-1]
    assert (status, result["reason"]) == ("failed", trained.outcome.reason)


def test_rows_histograms_and_steps_taken_back_are_passed_on(followed: Registry) -> None:
    recorder = Recorder()
    tracking = tracking_module.Tracking(experiment("listening").training.trackers, followed, lambda *_: None)
    tracking.start(_description())
    recorder.listeners.append(tracking)

    recorder.add_row(5, {"gradient_norm/a": 0.5, "gradient_norm/b": 2.0})
    recorder.add_histograms({"weights/a": Histogram(5, -1.0, 1.0, np.array([1, 2, 3]))})
    recorder.forget_after(4)
    recorder.add_row(5, {"gradient_norm/a": 0.25})
    tracking.end("finished", {})

    assert heard().calls[1:-1] == [
        ("numbers", "gradient_norm/a", [5], [0.5]),
        ("numbers", "gradient_norm/b", [5], [2.0]),
        ("histogram", "weights/a", 5, -1.0, 1.0, [1, 2, 3]),
        ("went_back", 4),
        ("numbers", "gradient_norm/a", [5], [0.25]),
    ]


def _description() -> Any:
    from desktop_app.api import RunDescription

    return RunDescription("a", Path("a-1"), {}, "rows of 2 columns to a number", "cpu")


@pytest.mark.parametrize(
    ("trackers", "said"),
    [
        (["tensorbord"], 'training.trackers: there is no tracker "tensorbord". Installed: mlflow, tensorboard'),
        ([{"name": "tensorboard", "foldr": "x"}], "training.trackers.foldr: .*has no such hyper-parameter"),
        (
            [{"name": "mlflow", "uri": "http://localhost:1", "folder": "a"}],
            'training.trackers: tracker "mlflow" could not be made .*give one of the two',
        ),
        (["mlflow", {"name": "mlflow", "every": 2}], 'training: the tracker "mlflow" is named twice; name each once'),
        ("tensorboard", "training.trackers: must be a list"),
    ],
)
def test_what_cannot_follow_is_refused_before_the_training(trackers: Any, said: str, registry: Registry) -> None:
    with pytest.raises(ExperimentError, match=said):
        Experiment.from_dict({"data": {"source": "digits"}, "training": {"trackers": trackers}}).check(registry)


def test_a_run_can_be_looked_at_where_its_tracker_is_not_installed(
    followed: Registry, registry: Registry, train: Callable[..., Any], tmp_path: Path
) -> None:
    from desktop_app.engine.evaluation.evaluating import evaluate_run

    trained = train(experiment("listening", epochs=1), tmp_path, registry=followed)

    assert evaluate_run(trained.run, registry, None, lambda *_: None).samples > 0
    resumed = Session.resuming(trained.run.folder, registry, 1)
    resumed.start()
    outcome = resumed.wait(60)
    assert outcome is not None
    assert 'training.trackers: there is no tracker "listening"' in outcome.reason
