"""A training at whose end the disk is full is gone on with by the same process once there is room."""

import sys

import pytest

from desktop_app.engine.events import EpochEnded
from desktop_app.engine.run import Run
from desktop_app.engine.session import Session


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_run_whose_end_could_not_be_written_down_is_gone_on_with(
    experiment_of, all_plugins, train, differences, tmp_path
):
    import resource

    experiment = experiment_of("mlp")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk(event):
        if isinstance(event, EpochEnded) and event.epoch == 1:
            # Stands for a full disk, which cannot be had here: no file may grow beyond what these have already.
            resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))

    session = Session(experiment, all_plugins, tmp_path / "full", fill_the_disk)
    session.start()
    try:
        outcome = session.wait(120)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert outcome is not None
    assert outcome.status == "failed"
    assert "written" in outcome.reason
    assert Run(session.run.files).status == "interrupted"

    resumed = Session.resuming(session.run.folder, all_plugins)
    resumed.start()
    assert resumed.wait(120).status == "finished"

    assert differences(resumed.run, train(experiment, tmp_path / "twin").run) == []


def test_a_run_is_trained_once_at_a_time(experiment_of, all_plugins, tmp_path):
    refused = []

    def go_on_with_it_as_well(event):
        if isinstance(event, EpochEnded) and event.epoch == 1:
            other = Session(experiment, all_plugins, tmp_path)
            other._resumed = session.run.files  # what ``resuming`` would refuse; here both are past that
            other.start()
            refused.append(other.wait(120))

    experiment = experiment_of("mlp")
    session = Session(experiment, all_plugins, tmp_path, go_on_with_it_as_well)
    session.start()
    assert session.wait(120).status == "finished"

    (outcome,) = refused
    assert outcome.status == "failed"
    assert "is being trained already" in outcome.reason
