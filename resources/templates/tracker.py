"""New tracker: TODO say in a line where it hands the numbers to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from desktop_app.api import Range, RunDescription, RunTracker, Tracker, hookimpl


class NewTracker(RunTracker):
    """Writes one JSON object a line, for points and for events, into a file in the run's folder.

    Args:
        every: Write a point where its step is a multiple of this; 1 is all points.

    Raises: ``ValueError`` if ``every`` is below 1.
    """

    def __init__(self, every: Annotated[int, Range(1, 1000, log=True)] = 1) -> None:
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}; 1 writes all points")
        self.every = every

    def run_started(self, description: RunDescription, resumed_at: int | None = None) -> None:
        """Begin the file, or go on with that of a run that is resumed."""
        self.place = str(description.folder / "new_tracker.jsonl")
        if resumed_at is None:
            Path(self.place).write_text("", encoding="utf-8")
        else:
            self.went_back(resumed_at)

    def numbers(self, name: str, steps: np.ndarray, values: np.ndarray) -> None:
        """Write the points of a series."""
        kept = steps % self.every == 0
        points = zip(steps[kept].tolist(), values[kept].tolist(), strict=True)
        self._write({"step": step, "series": name, "value": value} for step, value in points)

    def event(self, step: int, kind: str, text: str) -> None:
        """Write what happened."""
        self._write([{"step": step, "event": kind, "text": text}])

    def went_back(self, step: int) -> None:
        """Take out what came after ``step``: the training takes those steps again."""
        file = Path(self.place)
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.is_file() else []
        file.write_text("".join(line for line in lines if json.loads(line)["step"] <= step), encoding="utf-8")

    def run_ended(self, status: str, result: Mapping[str, Any]) -> None:
        """Write how it ended."""
        self._write([{"step": result.get("steps", 0), "event": "ended", "text": status}])

    def _write(self, rows: Any) -> None:
        with Path(self.place).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


@hookimpl
def register_trackers() -> Tracker:
    return Tracker(
        "new_tracker",
        NewTracker,
        title="New tracker",
        summary="A file with one JSON object a line",
        when="TODO say in a sentence when to pick it.",
    )
