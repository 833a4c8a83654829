"""``downslope track``: a run that has ended is in TensorBoard's files afterwards, whole."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.run import Run
from desktop_app.engine.train import train
from desktop_app.registry import Registry


@pytest.fixture(scope="module")
def run(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a finished run of two epochs."""
    experiment = Experiment.from_dict(
        {
            "name": "digits",
            "data": {"source": "digits", "validation": 0.1, "test": 0.8},
            "model": {"kind": "mlp", "layers": [8]},
            "training": {"epochs": 2, "threads": 1},
        }
    )
    return train(experiment, tmp_path_factory.mktemp("runs"), registry)


def scalars(place: Path, name: str) -> list[int]:
    found = EventAccumulator(str(place), {"scalars": 0})
    found.Reload()
    return [event.step for event in found.Scalars(name)]


def test_a_run_is_handed_over_into_its_own_folder(run: Run, downslope: Callable[..., Any]) -> None:
    said = downslope("track", run.folder, "--with", "tensorboard")

    assert said.status == 0, said.err
    place = run.folder / "tensorboard"
    assert said.out.startswith(f"Handed over to {place}: ")
    assert scalars(place, "train_loss") == run.series("train_loss")[0].tolist()
    assert scalars(place, "val_loss") == run.series("val_loss")[0].tolist()


def test_it_says_what_it_wrote_and_where(run: Run, downslope: Callable[..., Any], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)

    said = downslope("track", run.folder, "--with", "tensorboard", "--out", "all", "--json")

    place = tmp_path / "all" / "digits-1"
    points = sum(len(run.series(name)[0]) for name in run.series_names())
    histograms = sum(len(run.histograms(name)) for name in run.histogram_names())
    assert said.json == {
        "run": str(run.folder),
        "tracker": "tensorboard",
        "place": str(place),
        "written": {
            "series": len(run.series_names()),
            "points": points,
            "histograms": histograms,
            "events": len(run.events()),
        },
    }
    assert scalars(place, "lr") == run.series("lr")[0].tolist()
    assert json.loads(said.out.splitlines()[-1]) == said.json


def test_hyper_parameters_are_set_by_name(run: Run, downslope: Callable[..., Any], tmp_path: Path) -> None:
    said = downslope("track", run.folder, "--with", "tensorboard", "--set", f"folder={tmp_path}")

    assert said.status == 0
    assert (tmp_path / "digits-1").is_dir()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--with", "tensorbord"], 1, 'There is no tracker "tensorbord". Installed: mlflow, tensorboard. Did you mean'),
        (["--with", "tensorboard", "--set", "foldr=a"], 1, 'tracker "tensorboard" has no hyper-parameter "foldr"'),
        (["--with", "mlflow", "--set", "uri=http://localhost:1", "--out", "a"], 1, "give one of the two"),
        (["--with", "tensorboard", "--set", "folder"], 2, "--set: takes KEY=VALUE"),
        ([], 2, "the following arguments are required: --with"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    run, downslope, arguments: list[str], status: int, said: str
) -> None:
    ended = downslope("track", run.folder, *arguments)

    assert ended.status == status
    assert said in ended.sentence


def test_a_folder_that_is_no_run_is_refused(downslope: Callable[..., Any], tmp_path: Path) -> None:
    assert "is not a run" in downslope("track", tmp_path, "--with", "tensorboard").sentence
