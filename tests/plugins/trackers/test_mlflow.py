"""MLflow's own client finds in the database what the tracker was told."""

import importlib.util
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.api import RunDescription
from plugins.trackers.mlflow import MlFlow

Describe = Callable[..., RunDescription]
RESULT = {"steps": 3, "best": {"epoch": 1, "step": 2, "val_accuracy": 0.75}, "reason": ""}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder whose database all tests write to: to make one takes seconds."""
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture
def start(store: Path, describe: Describe) -> Callable[..., MlFlow]:
    """Return what makes a tracker and tells it that a run has started."""

    def made(name: str, resumed_at: int | None = None, **hyper: Any) -> MlFlow:
        tracker = MlFlow(folder=str(store), **hyper)
        tracker.run_started(describe(name), resumed_at)
        return tracker

    return made


def written(tracker: MlFlow) -> tuple[Any, Any]:
    """Return MLflow's client of the tracker's database and the run in it."""
    from mlflow.tracking import MlflowClient

    address, _, run = tracker.place.partition(" (run ")
    client = MlflowClient(tracking_uri=address)
    return client, client.get_run(run.rstrip(")"))


def points(client: Any, run: Any, name: str) -> list[tuple[int, float]]:
    return [(each.step, each.value) for each in client.get_metric_history(run.info.run_id, name)]


def test_parameters_metrics_files_and_the_end_are_in_the_run(start: Callable[..., MlFlow], tmp_path: Path) -> None:
    tracker = start("whole-1")
    tracker.event(0, "stage", "training")
    tracker.numbers("train_loss", np.arange(1, 2502), np.arange(1, 2502) / 4)
    tracker.numbers("gradient_norm/layers.0", np.array([2]), np.array([3.0]))
    tracker.numbers("activation_mean/a[0]", np.array([2]), np.array([np.nan]))
    tracker.run_ended("finished", RESULT)

    client, run = written(tracker)
    assert (run.info.run_name, run.info.status) == ("whole-1", "FINISHED")
    assert run.data.params["training.optimizer.lr"] == "0.01"
    assert run.data.params["training.optimizer.name"] == "adam"
    assert run.data.params["data.columns"] == '["a", "b"]'
    assert run.data.tags["downslope.task"].startswith("rows of 64 columns")
    assert run.data.tags["downslope.status"] == "finished"
    assert points(client, run, "train_loss") == [(step, step / 4) for step in range(1, 2502)]
    assert points(client, run, "gradient_norm/layers.0") == [(2, 3.0)]
    assert math.isnan(points(client, run, "activation_mean/a_0_")[0][1])
    assert points(client, run, "best/val_accuracy") == [(2, 0.75)]
    assert {file.path for file in client.list_artifacts(run.info.run_id)} == {"experiment.toml", "events.txt"}
    events = Path(client.download_artifacts(run.info.run_id, "events.txt", str(tmp_path))).read_text(encoding="utf-8")
    assert events == "0\tstage\ttraining\n"
    assert client.get_experiment(run.info.experiment_id).name == "Downslope"


def test_every_leaves_points_out_and_sparse_series_whole(start: Callable[..., MlFlow]) -> None:
    tracker = start("thinned-1", every=10)
    for block in (range(1, 8), range(8, 26)):
        tracker.numbers("train_loss", np.array(block), np.array(block) / 2)
    tracker.numbers("val_loss", np.array([12, 24]), np.array([0.5, 0.25]))
    tracker.run_ended("stopped", RESULT)

    client, run = written(tracker)
    assert [step for step, _ in points(client, run, "train_loss")] == [1, 11, 21]
    assert points(client, run, "val_loss") == [(12, 0.5), (24, 0.25)]


def test_a_resumed_run_goes_on_in_the_same_run_of_mlflow(start: Callable[..., MlFlow]) -> None:
    cut = start("cut-1", experiment="Resumed")
    cut.numbers("train_loss", np.array([1, 2]), np.array([1.0, 2.0]))
    cut.event(0, "stage", "training")
    cut.run_ended("interrupted", {})
    assert written(cut)[1].info.status == "KILLED"
    resumed = start("cut-1", 2, experiment="Resumed")
    assert written(resumed)[1].info.status == "RUNNING"
    resumed.numbers("train_loss", np.array([3]), np.array([0.5]))
    resumed.event(3, "early_stopping", "no better epoch")
    resumed.run_ended("failed", {"reason": "The loss is NaN."})

    client, run = written(resumed)
    assert resumed.place == cut.place
    assert points(client, run, "train_loss") == [(1, 1.0), (2, 2.0), (3, 0.5)]
    assert (run.info.status, run.data.tags["downslope.reason"]) == ("FAILED", "The loss is NaN.")
    files = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert files == {"experiment.toml", "events.txt", "events_from_step_2.txt"}
    assert client.get_experiment(run.info.experiment_id).name == "Resumed"


def test_a_resumed_run_whose_run_of_mlflow_is_gone_begins_a_new_one(
    start: Callable[..., MlFlow], describe: Describe
) -> None:
    cut = start("gone-1")
    cut.run_ended("interrupted", {})
    memory = describe("gone-1").folder / "mlflow.json"
    memory.write_text(json.dumps(json.loads(memory.read_text(encoding="utf-8")) | {"run": "0" * 32}), encoding="utf-8")

    resumed = start("gone-1", 2)
    resumed.run_ended("finished", {})

    assert resumed.place != cut.place
    assert written(resumed)[1].data.params["training.epochs"] == "2"


def test_a_run_that_is_handed_over_anew_is_a_run_of_its_own(start: Callable[..., MlFlow]) -> None:
    places = []
    for _ in range(2):
        tracker = start("twice-1")
        tracker.run_ended("finished", {})
        places.append(tracker.place)

    assert places[0] != places[1]


def test_files_lie_beside_the_database_and_nothing_where_the_program_runs(
    start: Callable[..., MlFlow], store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tracker = start("files-1", experiment="Files")
    tracker.run_ended("finished", {})

    assert (store / "mlflow.db").is_file()
    assert list((store / "mlflow_files").rglob("experiment.toml"))
    assert not (tmp_path / "mlruns").exists()
    assert tracker._where(tmp_path / "a")[0] == f"sqlite:///{store.resolve().as_posix()}/mlflow.db"
    assert MlFlow()._where(tmp_path / "a")[0] == f"sqlite:///{(tmp_path / 'a' / 'mlflow').as_posix()}/mlflow.db"
    assert MlFlow(uri="http://localhost:1")._where(tmp_path / "a") == ("http://localhost:1", None)


@pytest.mark.parametrize("package", ["mlflow", "sqlalchemy", "alembic"])
def test_a_missing_package_is_named_with_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = importlib.util.find_spec
    monkeypatch.setattr("plugins.trackers.mlflow.find_spec", lambda name: None if name == package else ordinary(name))

    with pytest.raises(ValueError, match=rf'{package} is missing; install it with: pip install "downslope\[mlflow\]"'):
        MlFlow()


@pytest.mark.parametrize(
    ("hyper", "said"),
    [
        ({"uri": "http://localhost:1", "folder": "here"}, "give one of the two"),
        ({"experiment": " "}, "experiment must not be empty"),
        ({"every": 0}, "every must be at least 1, got 0"),
    ],
)
def test_what_makes_no_sense_is_refused(hyper: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        MlFlow(**hyper)
