"""TensorBoard: event files that TensorBoard shows while they are written."""

import contextlib
import glob
import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop_app.api import RunDescription, RunTracker, Tracker, hookimpl

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUFFIX = ".downslope"
# Whose a place is in a folder that runs share: the absolute path of the run's own folder.
_MARKER = "run.downslope"
# What TensorBoard's table of hyper-parameters shows of a run, where there are such series; of each its last value.
_FIGURES = ("val_accuracy", "val_loss", "val_mae", "epoch_train_loss", "best/val_accuracy", "best/val_loss")


class TensorBoard(RunTracker):
    """Writes scalars, layers' series and histograms by step, the experiment as a text and as hyper-parameters.

    Args:
        folder: Where to write, in a folder named after the run, with a number behind it where another run of that name
            has it already; relative to the run's own folder. Empty: the folder ``tensorboard`` in the run's own.

    Source: the forms of ``tensorboard.compat.proto`` and of its plugins scalars, histograms, text and hparams. Values
    are kept in float32, as TensorBoard does.
    Raises: ``ValueError`` where the package is not installed.
    """

    def __init__(self, folder: str = "") -> None:
        if find_spec("tensorboard") is None:
            raise ValueError(
                'the package tensorboard is missing; install it with: pip install "downslope[tensorboard]"'
            )
        self.folder = folder
        self._seen: set[str] = set()

    def run_started(self, description: RunDescription, resumed_at: int | None = None) -> None:
        """Open a file; where the run is handed over anew, the files that this tracker wrote of it before go."""
        from tensorboard.compat.proto import event_pb2, summary_pb2
        from tensorboard.summary.writer.record_writer import RecordWriter

        own = description.folder
        if self.folder:
            place = _shared_place(own / Path(self.folder).expanduser(), own, goes_on=resumed_at is not None)
        else:
            place = own / "tensorboard"
            place.mkdir(parents=True, exist_ok=True)
        self.place = str(place)
        if resumed_at is None:
            for older in _written(place):
                older.unlink()
        self._event, self._log, self._summary = event_pb2.Event, event_pb2.SessionLog, summary_pb2.Summary
        self._histogram = summary_pb2.HistogramProto
        # Files of one folder are read in the order of their names. TensorBoard's own writer of event files has a thread
        # of its own: half as much time again that the interpreter is kept from the training, for the same bytes.
        self._file = (place / f"events.out.tfevents.{time.time_ns()}.{os.getpid()}{_SUFFIX}").open("wb")
        self._records = RecordWriter(self._file)
        self._add(0, file_version="brain.Event:2")
        if resumed_at is not None:
            self.went_back(resumed_at)
        self._settings = dict(_flat(description.experiment))
        self._write_text("experiment", 0, _as_table(self._settings, description))
        # TensorBoard takes those of one name for one experiment and averages them.
        self._write_session_start(place.name if self.folder else own.name)

    def numbers(self, name: str, steps: "NDArray[np.int64]", values: "NDArray[np.float64]") -> None:
        """Write one scalar a step."""
        self._seen.add(name)
        for step, value in zip(steps.tolist(), values.tolist(), strict=True):
            self._write(step, self._summary.Value(tag=name, simple_value=value))
        self._file.flush()

    def histogram(self, name: str, step: int, low: float, high: float, counts: "NDArray[np.int64]") -> None:
        """Write one histogram."""
        edges = np.linspace(low, high, len(counts) + 1)
        middles = (edges[1:] + edges[:-1]) / 2
        drawn = self._histogram(
            min=low,
            max=high,
            num=float(counts.sum()),
            sum=float(counts @ middles),
            sum_squares=float(counts @ middles**2),
            # Each limit closes its bin to the right; nothing lies left of the first.
            bucket_limit=edges.tolist(),
            bucket=[0.0, *counts.tolist()],
        )
        self._write(step, self._summary.Value(tag=name, histo=drawn))

    def event(self, step: int, kind: str, text: str) -> None:
        """Write what happened as a text."""
        self._write_text(f"events/{kind}", step, text)

    def went_back(self, step: int) -> None:
        """Have TensorBoard forget what came after ``step``."""
        # What it is told of is the first step that is void.
        self._add(step + 1, session_log=self._log(status=self._log.START))

    def run_ended(self, status: str, result: Mapping[str, Any]) -> None:
        """Write the best epoch's figures and how the run ended, and close the file."""
        best = result.get("best") or {}
        for name, value in best.items():
            if name not in ("epoch", "step") and isinstance(value, int | float):
                self.numbers(f"best/{name}", np.array([best.get("step", 0)]), np.array([value], dtype=np.float64))
        self._write_session_end(status)
        self._file.close()

    def _write(self, step: int, value: Any) -> None:
        self._add(step, summary=self._summary(value=[value]))

    def _add(self, step: int, **what: Any) -> None:
        self._records.write(self._event(wall_time=time.time(), step=step, **what).SerializeToString())

    def _write_text(self, tag: str, step: int, text: str) -> None:
        from tensorboard.compat.proto.tensor_pb2 import TensorProto
        from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
        from tensorboard.compat.proto.types_pb2 import DT_STRING
        from tensorboard.plugins.text.metadata import create_summary_metadata

        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
        tensor = TensorProto(dtype=DT_STRING, string_val=[text.encode()], tensor_shape=shape)
        metadata = create_summary_metadata(display_name=tag, description="")
        self._write(step, self._summary.Value(tag=f"{tag}/text_summary", metadata=metadata, tensor=tensor))

    def _write_session_start(self, name: str) -> None:
        from tensorboard.plugins.hparams import metadata, plugin_data_pb2

        start = plugin_data_pb2.SessionStartInfo(group_name=name, start_time_secs=time.time())
        for key, value in self._settings.items():
            if isinstance(value, bool):
                start.hparams[key].bool_value = value
            elif isinstance(value, int | float):
                start.hparams[key].number_value = value
            else:
                start.hparams[key].string_value = value
        self._write_hparams(
            metadata.SESSION_START_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_start_info=start)
        )

    def _write_session_end(self, status: str) -> None:
        """Write which figures there are and how it ended; one that was interrupted may go on, and only once is read."""
        from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

        if status == "interrupted":
            return
        types = {bool: api_pb2.DATA_TYPE_BOOL, str: api_pb2.DATA_TYPE_STRING}
        of_table = api_pb2.Experiment(
            hparam_infos=[
                api_pb2.HParamInfo(name=key, type=types.get(type(value), api_pb2.DATA_TYPE_FLOAT64))
                for key, value in self._settings.items()
            ],
            metric_infos=[
                api_pb2.MetricInfo(name=api_pb2.MetricName(tag=tag)) for tag in _FIGURES if tag in self._seen
            ],
        )
        self._write_hparams(metadata.EXPERIMENT_TAG, plugin_data_pb2.HParamsPluginData(experiment=of_table))
        how = api_pb2.STATUS_FAILURE if status == "failed" else api_pb2.STATUS_SUCCESS
        end = plugin_data_pb2.SessionEndInfo(status=how, end_time_secs=time.time())
        self._write_hparams(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=end))

    def _write_hparams(self, tag: str, data: Any) -> None:
        from tensorboard.plugins.hparams import metadata

        value = self._summary.Value(
            tag=tag, metadata=metadata.create_summary_metadata(data), tensor=metadata.NULL_TENSOR
        )
        self._write(0, value)


def _shared_place(folder: Path, own: Path, *, goes_on: bool) -> Path:
    """Return the place below ``folder`` that the run in ``own`` has, or one of its name that no other run has."""
    run = os.fsencode(own.resolve())
    for marker in folder.glob(f"{glob.escape(own.name)}*/{_MARKER}"):
        if marker.read_bytes() == run:
            return marker.parent
    number = 0
    while True:
        number += 1
        place = folder / (own.name if number == 1 else f"{own.name}-{number}")
        place.mkdir(parents=True, exist_ok=True)
        # Before there were markers a run always wrote under its own name; only who goes on there knows it for its own.
        if goes_on or (place / _MARKER).exists() or not any(_written(place)):
            with contextlib.suppress(FileExistsError), (place / _MARKER).open("xb") as file:  # by one process only
                file.write(run)
                return place


def _written(place: Path) -> Iterator[Path]:
    """Return the event files that this tracker wrote."""
    return place.glob(f"events.out.tfevents.*{_SUFFIX}")


def _flat(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys with numbers, truths and texts; lists as JSON."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        elif isinstance(value, bool | str) or (isinstance(value, int | float) and math.isfinite(value)):
            yield f"{above}{key}", value
        else:
            yield f"{above}{key}", json.dumps(value)


def _as_table(settings: Mapping[str, Any], description: RunDescription) -> str:
    """Return the experiment as a table in Markdown, which TensorBoard shows as one."""
    rows = [("task", description.task), ("device", description.device), *settings.items()]
    lines = [f"| {key} | {str(value).replace('|', chr(92) + '|')} |" for key, value in rows]
    return "\n".join(["| key | value |", "| --- | --- |", *lines])


@hookimpl
def register_trackers() -> Tracker:
    return Tracker(
        "tensorboard",
        TensorBoard,
        title="TensorBoard",
        summary="Event files that TensorBoard shows, also while the training runs",
        reference="https://www.tensorflow.org/tensorboard",
        when="To look at runs beside those of other programs. It shows them with: tensorboard --logdir FOLDER.",
        notes=(
            'It needs an extra: pip install "downslope[tensorboard]".',
            "A resumed run goes on in the same folder; what came after its checkpoint is forgotten there too.",
        ),
    )
