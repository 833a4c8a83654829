"""``downslope diagnose`` from a run's folder, and what a training says at its end."""

import shutil

import pytest

SMALL = {"kind": "mlp", "layers": [16], "normalization": "none"}


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


WILD = pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")


@WILD
def test_a_run_with_a_wild_learning_rate_is_diagnosed(downslope, write_experiment, runs):
    training = {"epochs": 2, "threads": 1, "optimizer": {"name": "sgd", "lr": 30.0}}
    failed = downslope("train", write_experiment(model=SMALL, training=training), "--out", runs)

    said = downslope("diagnose", runs / "digits-1", "--json")
    read = downslope("diagnose", runs / "digits-1")

    assert failed.status == 1
    assert (said.status, read.status) == (0, 0)
    first, *others = said.json["findings"]
    assert (first["code"], first["severity"], first["layer"]) == ("learning_rate_too_high", "error", None)
    assert first["changes"] == {"training.optimizer.lr": 0.01}
    assert {"non_finite"} <= {each["code"] for each in others}
    assert all("learning_rate_too_high" in each["because"] for each in others)
    assert said.json["sentence"].startswith("One thing is wrong: the learning rate is too high.")
    assert read.out.startswith(said.json["sentence"])
    assert first["message"] in read.out
    assert "training.optimizer.lr = 0.01" in read.out
    assert read.err == ""


@WILD
def test_a_training_ends_by_saying_what_is_wrong_and_where_to_read_more(downslope, write_experiment, runs):
    training = {"epochs": 6, "threads": 1, "optimizer": {"name": "adam", "lr": 1.0}}

    said = downslope("train", write_experiment(model=SMALL, training=training), "--out", runs)

    last = said.err.splitlines()[-1]
    assert said.status == 0
    assert "the learning rate is too high" in last
    assert last.endswith(f"More: downslope diagnose {runs / 'digits-1'}")


def test_an_older_run_without_facts_is_looked_at_as_far_as_it_goes(downslope, write_experiment, runs):
    training = {"epochs": 2, "threads": 1, "instruments": False}
    downslope("train", write_experiment(training=training), "--out", runs)
    (runs / "digits-1" / "facts.json").unlink(missing_ok=True)

    said = downslope("diagnose", runs / "digits-1", "--json")

    assert said.status == 0
    assert len(said.json["unseen"]) == 2


def test_what_is_no_run_or_broken_is_said_in_one_line(downslope, write_experiment, runs, tmp_path):
    training = {"epochs": 1, "threads": 1}
    downslope("train", write_experiment(training=training), "--out", runs)
    shutil.copytree(runs / "digits-1", tmp_path / "broken")
    (tmp_path / "broken" / "facts.json").write_text('{"training_samples": "many"}', encoding="utf-8")

    missing = downslope("diagnose", tmp_path / "nothing")
    broken = downslope("diagnose", tmp_path / "broken")

    assert (missing.status, broken.status) == (1, 1)
    assert "There is no run folder" in missing.sentence
    assert "facts.json is broken" in broken.sentence
