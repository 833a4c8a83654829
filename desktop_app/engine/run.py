"""A run on disk: its experiment, numbers and networks, opened without the data it was trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.remedy import Remedy
from desktop_app.engine.task import Task
from desktop_app.errors import DownslopeError, RunError
from desktop_app.registry import Registry, load_plugins
from desktop_app.store.metrics import Histogram, MetricEvent, MetricsReader
from desktop_app.store.run_folder import RunFolder


@dataclass(frozen=True)
class Run:
    """One run. Opening it reads no weights and imports no torch."""

    files: RunFolder

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """Return the run in the folder ``path``. Raises ``RunError`` where there is none."""
        return cls(RunFolder.open(path))

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.files.path

    @property
    def experiment(self) -> Experiment:
        """The complete experiment, as it was run."""
        return Experiment.load(self.files.experiment)

    @property
    def task(self) -> Task:
        """What goes into the network and what comes out."""
        try:
            return Task.model_validate(self.files.read_json(self.files.task))
        except ValidationError as error:
            raise RunError(f"{self.files.task} is broken; the run cannot be used.") from error

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; none for a regression."""
        return self.task.classes

    @property
    def status(self) -> str:
        """``running``, ``finished``, ``stopped``, ``failed`` or ``interrupted``."""
        return str(self.files.state().get("status", "interrupted"))

    @property
    def reason(self) -> str:
        """Why it failed, in a sentence."""
        return str(self.files.state().get("reason", ""))

    @property
    def remedy(self) -> Remedy | None:
        """What it can go on with from its last checkpoint, where it failed and that is known."""
        found = self.files.state().get("remedy")
        if self.status != "failed" or not isinstance(found, dict):
            return None
        try:
            return Remedy(float(found["learning_rate"]), int(found["micro_batch"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            return None  # the file may come from a stranger

    @property
    def result(self) -> dict[str, Any]:
        """The figures that it ended with; empty while it has not ended."""
        return dict(self.files.state().get("result") or {})

    def series(
        self, name: str, *, after: int | None = None, most: int | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return steps and values: ``train_loss``, ``lr`` a step, ``val_loss``, ``val_accuracy`` an epoch, and more.

        With ``after``, only those of later steps; with ``most``, only the first so many of them.
        """
        return MetricsReader(self.files.metrics).series(name, after=after, most=most)

    def series_names(self) -> list[str]:
        """Return the names of all series."""
        return MetricsReader(self.files.metrics).names()

    def histograms(self, name: str, start: int = 0) -> list[Histogram]:
        """Return how the values of a tensor were spread over time, such as ``weights/layers.0``."""
        return MetricsReader(self.files.metrics).histograms(name, start)

    def histogram_names(self) -> list[str]:
        """Return the names that ``histograms`` knows."""
        return MetricsReader(self.files.metrics).histogram_names()

    def events(self) -> list[MetricEvent]:
        """Return what happened, in order."""
        return MetricsReader(self.files.metrics).events()

    @property
    def snapshots(self) -> list[str]:
        """The models kept in the midst of the training, the oldest first, as ``load_model`` takes them."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.files.snapshots.glob("step-*.ckpt"))

    def load_model(self, which: str = "best", registry: Registry | None = None) -> Any:
        """Return the ``Model`` with the weights of a checkpoint, in evaluation mode, on the CPU.

        Args:
            which: ``best``, ``last`` or one of ``snapshots``.

        Raises: ``RunError`` where there is no such checkpoint or it does not fit the experiment.
        """
        from desktop_app.engine.networks.build import build_model
        from desktop_app.store.checkpoints import load_checkpoint

        files = {"best": self.files.best, "last": self.files.last}
        files |= {name: self.folder / name for name in self.snapshots}
        if which not in files:
            raise RunError(f'A run has the checkpoints "best" and "last" and its snapshots, not "{which}".')
        state: Any = load_checkpoint(files[which]).get("model")
        experiment = self.experiment
        # All weights come from the checkpoint: nothing is read from a package or a hub for them.
        empty = experiment.model_copy(update={"model": experiment.model.model_copy(update={"weights": "random"})})
        model = build_model(empty, self.task, registry or load_plugins())
        try:
            model.load_state(state)
        except (RuntimeError, KeyError, TypeError) as error:  # weights that do not fit, or no weights at all
            raise RunError(
                f"{files[which]} does not fit the experiment beside it; was a plugin changed since?"
            ) from error
        for module in model.modules().values():
            module.eval()
        return model

    def load_network(self, which: str = "best", registry: Registry | None = None) -> tuple[Any, Any]:
        """Return the network (preprocessed inputs to logits) and the preprocessing (raw values to those inputs).

        Once the run was exported, the ``best`` network's logits are divided by the temperature that the file divides
        them by, so that their softmax is what the file answers: who goes on in torch and who goes on with the file see
        the same probabilities. ``load_model`` gives the network as it was trained, which is what figures are worked out
        on: a temperature changes no label, but it would make a loss or a calibration curve look better than training
        left it.
        """
        model = self.load_model(which, registry)
        if which == "best":
            from desktop_app.engine.export.remembered_calibration import divide_logits, remembered_calibration

            calibration = remembered_calibration(self)
            if calibration is not None:
                divide_logits(model.network, calibration.temperature)
        return model.network, model.preprocessing


@dataclass(frozen=True)
class RunLine:
    """A run in a list; ``problem`` says why a folder that looks like one cannot be read."""

    folder: Path
    name: str
    status: str
    epochs: int = 0
    val_accuracy: float | None = None
    val_loss: float | None = None
    problem: str = ""


def list_runs(folder: Path) -> list[RunLine]:
    """Return the runs directly below ``folder``, the newest first."""
    found = [path.parent for path in folder.glob("*/metrics.sqlite")] if folder.is_dir() else []
    found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return list(_lines(found))


def _lines(folders: list[Path]) -> Iterator[RunLine]:
    for folder in folders:
        try:
            state = RunFolder.open(folder).state()
        except DownslopeError as error:
            yield RunLine(folder, folder.name, "broken", problem=str(error))
            continue
        result = state.get("result") or {}
        best = result.get("best") or {}
        yield RunLine(
            folder,
            folder.name,
            str(state.get("status", "interrupted")),
            int(result.get("epochs") or 0),
            best.get("val_accuracy"),
            best.get("val_loss"),
        )
