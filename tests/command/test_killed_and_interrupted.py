"""Whatever ends a training from outside, it can be resumed to the very bits of its uninterrupted twin."""

import random
import shutil
import signal
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest
import tomli_w
import torch

from desktop_app.engine.run import Run
from desktop_app.store.checkpoints import load_checkpoint

# 1,800 steps of a millisecond or more, 45 an epoch: long enough to be hit in its midst.
UNHURRIED = Path(__file__).parents[1] / "helpers" / "plugins" / "unhurried.py"
LONG = {
    "data": {"source": "digits", "validation": 0.2, "test": 0.6},
    "model": {"kind": "mlp", "layers": [16], "dropout": 0.2},
    "training": {"epochs": 40, "batch_size": 8, "threads": 1, "optimizer": "unhurried", "schedule": "cosine"},
}


def assert_twins(one: Run, other: Run) -> None:
    for which in ("last", "best"):
        ours, theirs = (load_checkpoint(getattr(run.files, which))["model"]["network"] for run in (one, other))
        assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []
    for name in ("train_loss", "lr", "epoch_train_loss", "val_loss", "val_accuracy"):
        np.testing.assert_array_equal(one.series(name), other.series(name), err_msg=name)
    assert one.result["best"] == other.result["best"]


def written(path: Path) -> int:
    """Return when a file was last written, in nanoseconds; 0 where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def with_plugin(home: Path) -> None:
    (home / "plugins").mkdir()
    shutil.copy(UNHURRIED, home / "plugins")


@pytest.fixture(autouse=True)
def _unhurried(home):
    with_plugin(home)


@pytest.fixture(scope="session")
def twin(start_in, tmp_path_factory):
    folder = tmp_path_factory.mktemp("twin")
    with_plugin(folder)
    (folder / "digits.toml").write_text(tomli_w.dumps(LONG))
    said = start_in(folder, "train", folder / "digits.toml", "--out", folder, "--json").wait()
    assert said.status == 0, said.err
    return Run.open(said.json["run"])


def test_a_run_that_is_killed_at_random_moments_equals_its_twin(twin, start, write_experiment, tmp_path):
    child = start("train", write_experiment(**LONG), "--out", tmp_path, checkpoint_seconds=0.05)
    folder = tmp_path / "digits-1"
    killed_at = []
    for _ in range(3):
        try:
            for _ in range(3):  # past the checkpoints that are written before the first step
                before = written(folder / "last.ckpt")
                child.wait_until(lambda before=before: written(folder / "last.ckpt") > before)
            time.sleep(random.uniform(0.0, 0.1))
            child.signal(signal.SIGKILL)
        except ProcessLookupError:
            break  # on a fast machine the rest is trained before it can be killed again
        child.wait()
        killed_at.append(load_checkpoint(folder / "last.ckpt")["position"]["step"])
        assert Run.open(folder).status == "interrupted"
        child = start("resume", folder, checkpoint_seconds=0.05)
    said = child.wait()

    assert said.status == 0, said.err
    assert killed_at, "it was never killed"
    assert killed_at == sorted(killed_at)
    assert killed_at[-1] > 0
    assert_twins(twin, Run.open(folder))
    log = folder / "metrics.sqlite-wal"
    assert not log.exists() or log.stat().st_size == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_kept_and_goes_on_to_the_very_bits(number, twin, start, write_experiment, tmp_path):
    child = start("train", write_experiment(**LONG), "--out", tmp_path, "--json")
    folder = tmp_path / "digits-1"
    child.wait_until(lambda: (folder / "best.ckpt").exists())
    child.signal(number)

    said = child.wait()

    assert said.status == 130, said.err
    assert "Traceback" not in said.err
    assert f"downslope resume {folder}" in said.err
    assert said.json["status"] == "interrupted"
    assert 45 <= said.json["steps"] < 1800
    # The checkpoint is of the very step that it ended with: nothing is trained twice.
    assert load_checkpoint(folder / "last.ckpt")["position"]["step"] == said.json["steps"]
    resumed = start("resume", folder, "--json").wait()
    assert (resumed.status, resumed.json["status"]) == (0, "finished")
    assert_twins(twin, Run.open(folder))


def test_a_run_that_is_being_trained_is_not_resumed_by_another_process(
    start, downslope, write_experiment, tmp_path: Path
):
    child = start("train", write_experiment(**LONG), "--out", tmp_path)
    folder = tmp_path / "digits-1"
    child.wait_until(lambda: (folder / "best.ckpt").exists())

    child.signal(signal.SIGSTOP)  # it is there, and does not run away while it is looked at
    said = downslope("resume", folder)
    listed = downslope("runs", "--project", tmp_path, "--json")
    child.signal(signal.SIGKILL)
    child.wait()

    assert said.status == 1
    assert "is being trained by another process" in said.sentence
    assert [run["status"] for run in listed.json["runs"]] == ["running"]


def test_the_numbers_of_a_killed_run_can_be_read_by_others(start, write_experiment, tmp_path):
    child = start("train", write_experiment(**LONG), "--out", tmp_path, checkpoint_seconds=0.05)
    folder = tmp_path / "digits-1"
    child.wait_until(lambda: (folder / "best.ckpt").exists())
    child.signal(signal.SIGKILL)
    child.wait()

    steps, values = Run.open(folder).series("train_loss")
    with sqlite3.connect(folder / "metrics.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()

    assert steps.tolist() == list(range(1, len(steps) + 1))
    assert np.isfinite(values).all()
