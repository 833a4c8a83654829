"""A run that failed goes on with fewer samples at a time, or with another learning rate."""

import json
from pathlib import Path

import pytest

from desktop_app.engine.run import Run


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
def test_a_failed_run_goes_on_with_what_it_is_told(downslope, write_experiment, tmp_path):
    file = write_experiment(
        model={"kind": "mlp", "layers": [16], "normalization": "none"},
        training={"epochs": 2, "threads": 1, "optimizer": {"name": "sgd", "lr": 1e20}},
    )

    failed = downslope("train", file, "--out", tmp_path, "--json")

    folder = next(Path(tmp_path).glob("digits-*"))
    assert failed.status == 1
    assert "is not finite any more at step" in failed.err.splitlines()[-1]
    assert Run.open(folder).remedy.learning_rate == pytest.approx(1e19)

    went_on = downslope("resume", folder, "--micro-batch", "8", "--learning-rate", "0.01", "--json")

    assert (went_on.status, json.loads(went_on.out.splitlines()[-1])["status"]) == (0, "finished")
    run = Run.open(folder)
    assert run.experiment.training.micro_batch == 8
    assert run.remedy is None
    assert run.series("lr")[1].max() == pytest.approx(0.01)
    assert {"learning_rate", "memory"} <= {event.kind for event in run.events()}


@pytest.mark.parametrize("rate", ["nan", "inf", "-1", "0", "fast"])
def test_a_rate_that_makes_no_sense_is_a_wrong_option(rate, downslope, tmp_path):
    refused = downslope("resume", tmp_path, "--learning-rate", rate)

    assert refused.status == 2
    assert f"argument --learning-rate: must be a finite number above 0, got {rate}." in refused.err


def test_changes_to_a_finished_run_need_epochs(downslope, write_experiment, tmp_path):
    downslope("train", write_experiment(training={"epochs": 1, "threads": 1}), "--out", tmp_path)
    folder = next(Path(tmp_path).glob("digits-*"))

    for change in (("--learning-rate", "0.1"), ("--micro-batch", "8")):
        refused = downslope("resume", folder, *change, "--json")
        assert (refused.status, refused.out) == (2, "")
        assert refused.sentence == (
            f"The run {folder} is finished; to go on with it in another way, give --epochs N as well."
        )
    assert downslope("resume", folder, "--json").status == 0


def test_what_makes_no_sense_is_said_in_one_sentence(downslope, write_experiment, tmp_path):
    downslope("train", write_experiment(training={"epochs": 1, "threads": 1}), "--out", tmp_path)
    folder = next(Path(tmp_path).glob("digits-*"))

    norm = downslope("resume", folder, "--epochs", "1", "--micro-batch", "1")

    assert norm.status == 2
    assert norm.err.splitlines()[-1].startswith("training.micro_batch: 1 sample at a time has no variance")
    assert Run.open(folder).status == "finished"
