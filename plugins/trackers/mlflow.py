"""MLflow: runs with parameters, metrics and files, in a local database or on a tracking server."""

import json
import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from desktop_app.api import Range, RunDescription, RunTracker, Tracker, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What a request may hold at most; see MLflow's REST API, "Log Batch".
_METRICS_A_REQUEST = 1000
_PARAMETERS_A_REQUEST = 100
# Servers before MLflow 2.10 take 500 characters; the whole experiment is there as a file.
_LONGEST_PARAMETER = 500
_NOT_IN_A_NAME = re.compile(r"[^\w\-. /]", re.ASCII)
_STATUS = {"finished": "FINISHED", "stopped": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}
# Which of MLflow's runs is this one, for a resumed training to go on with.
_MEMORY = "mlflow.json"


class MlFlow(RunTracker):
    """Logs the experiment's keys as parameters, all series as metrics by step, the experiment and events as files.

    MLflow knows no histograms; they are left out.

    Args:
        uri: The tracking server's or database's address, such as http://localhost:5000. Empty: a database in folder.
        folder: Where the database mlflow.db and the files lie; relative to the run's own folder, and several runs may
            share it. Empty: the folder ``mlflow`` in the run's own.
        experiment: MLflow's name for what several runs belong to.
        every: Steps that lie at least between two points of one series. 1: all points.

    Raises: ``ValueError`` where the package is not installed, or for both an address and a folder.
    """

    def __init__(
        self,
        uri: str = "",
        folder: str = "",
        experiment: str = "Downslope",
        every: Annotated[int, Range(1, 10_000, log=True)] = 1,
    ) -> None:
        missing = next((name for name in ("mlflow", "sqlalchemy", "alembic") if find_spec(name) is None), None)
        if missing:
            raise ValueError(f'the package {missing} is missing; install it with: pip install "downslope[mlflow]"')
        if uri and folder:
            raise ValueError(f"uri is {uri!r} and folder is {folder!r}; give one of the two")
        if not experiment.strip():
            raise ValueError("experiment must not be empty")
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.uri, self.folder, self.experiment, self.every = uri, folder, experiment, every
        self._kept: dict[str, int] = {}
        self._events: list[str] = []
        self._begun = 0

    def run_started(self, description: RunDescription, resumed_at: int | None = None) -> None:
        """Make MLflow's run, or go on with the one that was made when the training began."""
        # MLflow reports its use to its makers; what is trained here is nobody's business unless somebody asks for it.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        # Seven, its default, take four minutes before anybody hears that there is no server.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "4")
        from mlflow.entities import Metric, Param
        from mlflow.tracking import MlflowClient

        # They tell of each table that is made.
        for name in ("mlflow.store.db.utils", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._metric, self._own = Metric, description.folder
        uri, files = self._where(description.folder)
        self._client = MlflowClient(tracking_uri=uri)
        remembered = _remembered(self._own, uri) if resumed_at is not None else None
        self._begun = resumed_at or 0
        self._run = remembered if remembered and self._goes_on(remembered) else self._new_run(description, files)
        self.place = f"{uri} (run {self._run})"
        (self._own / _MEMORY).write_text(json.dumps({"uri": uri, "run": self._run}), encoding="utf-8")
        if self._run != remembered:
            parameters = [Param(key, value[:_LONGEST_PARAMETER]) for key, value in _flat(description.experiment)]
            for start in range(0, len(parameters), _PARAMETERS_A_REQUEST):
                self._client.log_batch(self._run, params=parameters[start : start + _PARAMETERS_A_REQUEST])
            written = self._own / "experiment.toml"
            if written.is_file():
                self._client.log_artifact(self._run, str(written))

    def numbers(self, name: str, steps: "NDArray[np.int64]", values: "NDArray[np.float64]") -> None:
        """Log the points, many at a time."""
        key, now = _NOT_IN_A_NAME.sub("_", name), int(time.time() * 1000)
        metrics = []
        for step, value in zip(steps.tolist(), values.tolist(), strict=True):
            if name not in self._kept or not 0 <= step - self._kept[name] < self.every:
                self._kept[name] = step
                metrics.append(self._metric(key, value, now, step))
        for start in range(0, len(metrics), _METRICS_A_REQUEST):
            self._client.log_batch(self._run, metrics=metrics[start : start + _METRICS_A_REQUEST])

    def event(self, step: int, kind: str, text: str) -> None:
        """Keep what happened, for a file at the end."""
        self._events.append(f"{step}\t{kind}\t{text}\n")

    def run_ended(self, status: str, result: Mapping[str, Any]) -> None:
        """Log the best epoch's figures and the events, and end MLflow's run."""
        best, now = result.get("best") or {}, int(time.time() * 1000)
        figures = {name: value for name, value in best.items() if isinstance(value, int | float) and name != "step"}
        metrics = [
            self._metric(f"best/{name}", float(value), now, int(best.get("step", 0))) for name, value in figures.items()
        ]
        self._client.log_batch(self._run, metrics=metrics)
        self._client.set_tag(self._run, "downslope.status", status)
        if result.get("reason"):
            self._client.set_tag(self._run, "downslope.reason", str(result["reason"]))
        if self._events:
            # Files are not appended to: each part of a resumed training has its own.
            file = f"events_from_step_{self._begun}.txt" if self._begun else "events.txt"
            self._client.log_text(self._run, "".join(self._events), file)
        self._client.set_terminated(self._run, _STATUS.get(status, "FINISHED"))

    def _where(self, own: Path) -> tuple[str, str | None]:
        """Return the address of the store, and that of the folder for files where the store has none of its own."""
        if self.uri and not self.uri.startswith("sqlite:///"):
            return self.uri, None
        database = Path(self.uri.removeprefix("sqlite:///")) if self.uri else None
        folder = database.absolute().parent if database else own / Path(self.folder or "mlflow").expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        folder = folder.resolve()
        return self.uri or f"sqlite:///{folder.as_posix()}/mlflow.db", (folder / "mlflow_files").as_uri()

    def _new_run(self, description: RunDescription, files: str | None) -> str:
        found = self._client.get_experiment_by_name(self.experiment)
        number = found.experiment_id if found else self._client.create_experiment(self.experiment, files)
        tags = {
            "downslope.experiment": description.name,
            "downslope.folder": str(description.folder),
            "downslope.task": description.task,
            "downslope.device": description.device,
        }
        return str(self._client.create_run(number, run_name=description.folder.name, tags=tags).info.run_id)

    def _goes_on(self, run: str) -> bool:
        """Open MLflow's run again. Returns whether it is still there."""
        from mlflow.exceptions import MlflowException

        try:
            self._client.update_run(run, status="RUNNING")
        except MlflowException:
            return False
        return True


def _remembered(own: Path, uri: str) -> str | None:
    """Return the run that was made at this address when the training began."""
    try:
        memory = json.loads((own / _MEMORY).read_text(encoding="utf-8"))
        return str(memory["run"]) if memory["uri"] == uri else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _flat(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield dotted keys and their values as texts."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield _NOT_IN_A_NAME.sub("_", f"{above}{key}"), value if isinstance(value, str) else json.dumps(value)


@hookimpl
def register_trackers() -> Tracker:
    return Tracker(
        "mlflow",
        MlFlow,
        title="MLflow",
        summary="Runs with parameters, metrics and files, in a local database or on a server",
        reference="https://mlflow.org/docs/latest/ml/tracking",
        when="Where a team keeps its runs in MLflow, or to search and compare many of them.",
        notes=(
            'It needs an extra: pip install "downslope[mlflow]".',
            "A local database is shown with: mlflow ui --backend-store-uri sqlite:///PATH/mlflow.db, which takes the "
            "whole package mlflow.",
            "Histograms are left out: MLflow has none.",
        ),
    )
