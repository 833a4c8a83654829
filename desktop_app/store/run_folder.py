"""The files of a run, and its state."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.errors import RunError
from desktop_app.store.metrics import MetricsReader
from desktop_app.store.who_trains import is_training
from desktop_app.store.whole_file import replace_text

# File systems take 255 bytes, or characters; a number follows, and Windows counts the folders above in.
_LONGEST_NAME_BYTES = 80


@dataclass(frozen=True)
class RunFolder:
    """A folder with one run in it."""

    path: Path

    @property
    def experiment(self) -> Path:
        """The complete experiment, as it was run."""
        return self.path / "experiment.toml"

    @property
    def environment(self) -> Path:
        """Versions, device, seeds and plugins."""
        return self.path / "environment.json"

    @property
    def task(self) -> Path:
        """What goes into the network and what comes out: columns, picture rule, classes."""
        return self.path / "task.json"

    @property
    def split(self) -> Path:
        """Which sample is trained on, validated on, or kept apart."""
        return self.path / "split.json"

    @property
    def facts(self) -> Path:
        """What a diagnosis must know of data, network and machine, beside the numbers over time."""
        return self.path / "facts.json"

    @property
    def snapshots(self) -> Path:
        """The folder of the models that were kept in the midst of the training."""
        return self.path / "snapshots"

    def snapshot(self, step: int) -> Path:
        """The file of the model as it was after ``step``."""
        return self.snapshots / f"step-{step:08d}.ckpt"

    @property
    def metrics(self) -> Path:
        """Numbers over time, events and state."""
        return self.path / "metrics.sqlite"

    @property
    def best(self) -> Path:
        """The weights of the best epoch."""
        return self.path / "best.ckpt"

    @property
    def last(self) -> Path:
        """Everything that going on needs."""
        return self.path / "last.ckpt"

    @property
    def onnx(self) -> Path:
        """The exported model."""
        return self.path / "model.onnx"

    @classmethod
    def create(cls, out: Path, name: str) -> RunFolder:
        """Make the folder NAME-N below ``out``, with the first N that is free.

        Raises: ``RunError`` where the folder cannot be made.
        """
        stem = _file_name(name) or "run"
        try:
            out.mkdir(parents=True, exist_ok=True)
            number = 1
            while True:
                path = out / f"{stem}-{number}"
                try:
                    path.mkdir()  # the one test that two processes cannot both pass
                    return cls(path.absolute())
                except FileExistsError:
                    number += 1
        except OSError as error:
            raise RunError(f"No run can be written to {out}: {error.strerror}.") from error

    @classmethod
    def open(cls, path: str | Path) -> RunFolder:
        """Return the run in ``path``. Raises ``RunError`` where there is none."""
        folder = cls(Path(path).absolute())
        if not folder.path.is_dir():
            raise RunError(f"There is no run folder {path}.")
        if not folder.metrics.is_file() or not folder.experiment.is_file():
            raise RunError(f"{path} is not a run: experiment.toml or metrics.sqlite is missing.")
        return folder

    def state(self) -> dict[str, Any]:
        """Return the run's state; ``interrupted`` where its process is gone, or has let go of it, without a word."""
        state = MetricsReader(self.metrics).state()
        if state.get("status") == "running" and not is_training(state.get("process"), self.path):
            state["status"] = "interrupted"
        return state

    def write_json(self, path: Path, content: Any) -> None:
        """Write plain values; ``path`` is at any moment the whole old or the whole new file."""
        replace_text(path, json.dumps(content, indent=1))

    def read_json(self, path: Path) -> Any:
        """Read plain values. Raises ``RunError`` where the file is missing or broken."""
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{path} cannot be read; the run is incomplete.") from error


def _file_name(name: str) -> str:
    """Return ``name`` as every file system takes it: letters, digits, ``_``, ``.`` and ``-``, in few enough bytes."""
    stem = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name)).strip("-.")
    return stem.encode("utf-8", "ignore")[:_LONGEST_NAME_BYTES].decode("utf-8", "ignore").strip("-.")
