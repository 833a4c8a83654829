"""TensorBoard's own reader finds in the files what the tracker was told."""

import importlib.util
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api_pb2, metadata

from desktop_app.api import RunDescription
from plugins.trackers.tensorboard import TensorBoard, register_trackers

Describe = Callable[..., RunDescription]
RESULT = {"steps": 3, "val_accuracy": 0.5, "best": {"epoch": 1, "step": 2, "val_accuracy": 0.75, "val_loss": 0.5}}


def read(place: str) -> EventAccumulator:
    """Return TensorBoard's reader of a folder, with everything kept."""
    everything = {"scalars": 0, "tensors": 0, "histograms": 0, "compressedHistograms": 0}
    found = EventAccumulator(place, everything)
    found.Reload()
    return found


def scalars(found: EventAccumulator, tag: str) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in found.Scalars(tag)]


def started(description: RunDescription, resumed_at: int | None = None, **hyper: Any) -> TensorBoard:
    tracker = TensorBoard(**hyper)
    tracker.run_started(description, resumed_at)
    return tracker


def test_scalars_stand_there_by_step_not_finite_ones_too(describe: Describe) -> None:
    tracker = started(describe())
    tracker.numbers("train_loss", np.array([1, 2, 3, 4]), np.array([0.5, 0.25, np.nan, np.inf]))
    tracker.numbers("gradient_norm/layers.0", np.array([2]), np.array([3.0]))
    tracker.run_ended("stopped", RESULT)

    found = read(tracker.place)
    assert scalars(found, "train_loss")[:2] == [(1, 0.5), (2, 0.25)]
    assert math.isnan(found.Scalars("train_loss")[2].value)
    assert scalars(found, "train_loss")[3] == (4, math.inf)
    assert scalars(found, "gradient_norm/layers.0") == [(2, 3.0)]
    assert scalars(found, "best/val_accuracy") == [(2, 0.75)]
    assert scalars(found, "best/val_loss") == [(2, 0.5)]


def test_a_histogram_has_the_bins_that_it_was_given(describe: Describe) -> None:
    tracker = started(describe())
    tracker.histogram("weights/layers.0", 7, -1.0, 1.0, np.array([1, 0, 2, 1]))
    tracker.run_ended("finished", {})

    (found,) = read(tracker.place).Histograms("weights/layers.0")
    drawn = found.histogram_value
    assert (found.step, drawn.min, drawn.max, drawn.num) == (7, -1.0, 1.0, 4.0)
    assert list(drawn.bucket_limit) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert list(drawn.bucket) == [0.0, 1.0, 0.0, 2.0, 1.0]
    # Of the middles of the bins: -0.75, 0.25 twice and 0.75.
    assert (drawn.sum, drawn.sum_squares) == (0.5, 1.25)


def test_the_experiment_is_a_table_and_events_are_texts(describe: Describe) -> None:
    tracker = started(describe())
    tracker.event(2, "learning_rate", "0.001")
    tracker.run_ended("finished", {})

    found = read(tracker.place)
    (table,) = found.Tensors("experiment/text_summary")
    text = table.tensor_proto.string_val[0].decode()
    assert "| training.optimizer.lr | 0.01 |" in text
    assert '| data.columns | ["a", "b"] |' in text
    assert "| task | rows of 64 columns" in text
    (event,) = found.Tensors("events/learning_rate/text_summary")
    assert (event.step, event.tensor_proto.string_val[0]) == (2, b"0.001")


@pytest.mark.parametrize(("status", "how"), [("finished", api_pb2.STATUS_SUCCESS), ("failed", api_pb2.STATUS_FAILURE)])
def test_hyper_parameters_stand_in_its_table_with_the_figures_and_the_end(describe, status: str, how: int) -> None:
    tracker = started(describe())
    tracker.numbers("val_accuracy", np.array([1, 2]), np.array([0.25, 0.5]))
    tracker.run_ended(status, RESULT)

    found = read(tracker.place)
    content = {tag: found.SummaryMetadata(tag).plugin_data.content for tag in found.PluginTagToContent("hparams")}
    start = metadata.parse_session_start_info_plugin_data(content[metadata.SESSION_START_INFO_TAG])
    assert start.group_name == "stamps-1"
    assert start.hparams["training.optimizer.lr"].number_value == 0.01
    assert start.hparams["training.optimizer.name"].string_value == "adam"
    assert start.hparams["training.instruments"].bool_value is True
    table = metadata.parse_experiment_plugin_data(content[metadata.EXPERIMENT_TAG])
    assert [metric.name.tag for metric in table.metric_infos] == ["val_accuracy", "best/val_accuracy", "best/val_loss"]
    types = {each.name: each.type for each in table.hparam_infos}
    assert types["training.epochs"] == api_pb2.DATA_TYPE_FLOAT64
    assert types["training.instruments"] == api_pb2.DATA_TYPE_BOOL
    assert types["data.source"] == api_pb2.DATA_TYPE_STRING
    assert metadata.parse_session_end_info_plugin_data(content[metadata.SESSION_END_INFO_TAG]).status == how


def test_a_resumed_run_goes_on_where_it_was_cut(describe: Describe) -> None:
    cut = started(describe())
    cut.numbers("train_loss", np.array([1, 2, 3]), np.array([1.0, 2.0, 3.0]))
    cut.run_ended("interrupted", {})
    resumed = started(describe(), resumed_at=2)
    resumed.numbers("train_loss", np.array([3, 4]), np.array([0.5, 0.25]))
    resumed.run_ended("finished", {})

    found = read(resumed.place)
    assert scalars(found, "train_loss") == [(1, 1.0), (2, 2.0), (3, 0.5), (4, 0.25)]
    content = found.SummaryMetadata(metadata.SESSION_END_INFO_TAG).plugin_data.content
    assert metadata.parse_session_end_info_plugin_data(content).status == api_pb2.STATUS_SUCCESS


def test_steps_that_are_taken_once_more_replace_the_older_ones(describe: Describe) -> None:
    tracker = started(describe())
    tracker.numbers("train_loss", np.array([1, 2, 3]), np.array([1.0, 2.0, 3.0]))
    tracker.went_back(1)
    tracker.numbers("train_loss", np.array([2, 3]), np.array([0.5, 0.25]))
    tracker.run_ended("finished", {})

    assert scalars(read(tracker.place), "train_loss") == [(1, 1.0), (2, 0.5), (3, 0.25)]


def test_a_run_that_is_handed_over_twice_stands_there_once_and_other_files_stay(describe: Describe) -> None:
    place = describe().folder / "tensorboard"
    place.mkdir()
    foreign = place / "events.out.tfevents.1.other"
    foreign.write_bytes(b"")
    for _ in range(2):
        tracker = started(describe())
        tracker.numbers("train_loss", np.array([1]), np.array([0.5]))
        tracker.run_ended("finished", {})

    assert foreign.exists()
    assert len(list(place.iterdir())) == 2
    assert scalars(read(tracker.place), "train_loss") == [(1, 0.5)]


def test_a_folder_of_ones_own_holds_a_folder_a_run(describe: Describe, tmp_path: Path) -> None:
    one = started(describe("stamps-1"), folder=str(tmp_path / "all"))
    other = started(describe("stamps-2"), folder="../../all")
    for tracker in (one, other):
        tracker.run_ended("finished", {})

    assert Path(one.place) == tmp_path / "all" / "stamps-1"
    assert Path(other.place).resolve() == tmp_path / "all" / "stamps-2"
    assert started_by_default(describe) == describe().folder / "tensorboard"


def test_runs_of_one_name_in_a_shared_folder_keep_their_files(describe: Describe, tmp_path: Path) -> None:
    shared = str(tmp_path / "all")
    for out, loss in (("here", 0.5), ("there", 0.25), ("elsewhere", 0.125)):
        tracker = started(describe("stamps-1", out), folder=shared)
        tracker.numbers("train_loss", np.array([1]), np.array([loss]))
        tracker.run_ended("interrupted", {})
    resumed = started(describe("stamps-1", "there"), resumed_at=1, folder=shared)
    resumed.numbers("train_loss", np.array([2]), np.array([0.0]))
    resumed.run_ended("finished", {})
    anew = started(describe("stamps-1", "elsewhere"), folder=shared)
    anew.numbers("train_loss", np.array([1]), np.array([1.0]))
    anew.run_ended("finished", {})

    assert sorted(each.name for each in (tmp_path / "all").iterdir()) == ["stamps-1", "stamps-1-2", "stamps-1-3"]
    assert scalars(read(f"{shared}/stamps-1"), "train_loss") == [(1, 0.5)]
    assert scalars(read(f"{shared}/stamps-1-2"), "train_loss") == [(1, 0.25), (2, 0.0)]
    assert scalars(read(f"{shared}/stamps-1-3"), "train_loss") == [(1, 1.0)]
    found = read(resumed.place)
    content = found.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    # Those of one name would be one row of TensorBoard's table, their figures averaged.
    assert metadata.parse_session_start_info_plugin_data(content).group_name == "stamps-1-2"


def test_a_run_keeps_its_place_when_the_one_of_its_name_is_gone(describe: Describe, tmp_path: Path) -> None:
    shared = tmp_path / "all"
    for out in ("here", "there"):
        started(describe("stamps-1", out), folder=str(shared)).run_ended("interrupted", {})
    shutil.rmtree(shared / "stamps-1")
    resumed = started(describe("stamps-1", "there"), resumed_at=1, folder=str(shared))
    resumed.run_ended("finished", {})

    assert Path(resumed.place) == shared / "stamps-1-2"


def test_event_files_that_tell_no_run_are_gone_on_with_and_not_deleted(describe: Describe, tmp_path: Path) -> None:
    place = tmp_path / "all" / "stamps-1"
    place.mkdir(parents=True)
    older = place / "events.out.tfevents.1.2.downslope"
    older.write_bytes(b"")
    anew = started(describe("stamps-1", "here"), folder=str(place.parent))
    anew.run_ended("finished", {})
    resumed = started(describe("stamps-1", "there"), resumed_at=1, folder=str(place.parent))
    resumed.run_ended("finished", {})

    assert Path(anew.place) == tmp_path / "all" / "stamps-1-2"
    assert Path(resumed.place) == place
    assert older.exists()


def started_by_default(describe: Describe) -> Path:
    tracker = started(describe())
    tracker.run_ended("finished", {})
    return Path(tracker.place)


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = importlib.util.find_spec
    monkeypatch.setattr(
        "plugins.trackers.tensorboard.find_spec", lambda name: None if name == "tensorboard" else ordinary(name)
    )

    with pytest.raises(
        ValueError, match=r'tensorboard is missing; install it with: pip install "downslope\[tensorboard\]"'
    ):
        TensorBoard()


def test_its_hyper_parameter_is_the_folder() -> None:
    assert [parameter.name for parameter in register_trackers().parameters] == ["folder"]
