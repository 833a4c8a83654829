"""A run that has ended is handed over whole, as if it had been followed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from listening import Listening

from desktop_app.api import Tracker
from desktop_app.engine.run import Run
from desktop_app.engine.tracking import replay as replay_module
from desktop_app.engine.tracking.replay import replay
from desktop_app.errors import PluginError, RunError
from desktop_app.store.metrics import MetricsWriter
from desktop_app.store.who_trains import release, take, this_process


def test_everything_in_the_file_is_handed_over(finished: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_module, "BLOCK_POINTS", 10)
    run, phases = finished("mlp"), []

    handed = replay(run, Tracker("mine", Listening), {}, lambda *report: phases.append(report))

    tracker = Listening.made.pop()
    told = tracker.series()
    assert set(told) == set(run.series_names())
    for name, (steps, values) in told.items():
        assert steps == run.series(name)[0].tolist()
        np.testing.assert_array_equal(values, run.series(name)[1])
    assert max(len(steps) for _, steps, _ in tracker.of("numbers")) == 10
    assert tracker.of("event") == [(event.step, event.kind, event.text) for event in run.events()]
    assert tracker.of("run_started")[0][0].experiment == run.experiment.to_dict()
    assert tracker.calls[-1] == ("run_ended", "finished", {**run.result, "reason": ""})
    points = sum(len(steps) for steps, _ in told.values())
    assert (handed.place, handed.series, handed.points) == ("an address", len(told), points)
    assert handed.events == len(run.events())
    assert phases


def test_a_tracker_that_fails_is_named_with_what_it_said(finished: Callable[[str], Run]) -> None:
    class Refusing:
        def event(self, *_: Any) -> None:
            raise ConnectionError("nobody listens there")

    with pytest.raises(PluginError, match='tracker "mine" could not take the run: ConnectionError: nobody listens'):
        replay(finished("mlp"), Tracker("mine", Refusing), {})


def test_a_run_that_is_being_trained_is_left_alone(finished: Callable[[str], Run], tmp_path: Path) -> None:
    folder = tmp_path / "run-1"
    folder.mkdir()
    (folder / "experiment.toml").write_bytes(finished("mlp").files.experiment.read_bytes())
    writer = MetricsWriter(folder / "metrics.sqlite")
    writer.claim(this_process(), lambda process: False)
    assert take(folder)

    try:
        with pytest.raises(RunError, match="is being trained; hand it over when it has ended"):
            replay(Run.open(folder), Tracker("mine", Listening), {})
    finally:
        release(folder)
        writer.close()
