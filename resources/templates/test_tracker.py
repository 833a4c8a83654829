"""New tracker: what stands in its file after a small run, and the checks that every tracker must pass."""

import json
from pathlib import Path

import numpy as np
import pytest

from desktop_app.api import RunDescription
from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(folder / "new_tracker.py" for folder in Path(__file__).parents if (folder / "new_tracker.py").is_file())
(new_tracker,) = contributions_of(PLUGIN)


def tell(folder: Path, steps: list[int], resumed_at: int | None = None, every: int = 1) -> list[dict]:
    """Tell a tracker of a run and return the lines of its file."""
    tracker = new_tracker.create(every=every)
    tracker.run_started(RunDescription("small", folder, {}, "rows of 2 columns to a number", "cpu"), resumed_at)
    tracker.event(steps[0], "stage", "training")
    tracker.numbers("train_loss", np.array(steps), np.array(steps) / 4)
    tracker.run_ended("finished", {"steps": steps[-1]})
    return [json.loads(line) for line in Path(tracker.place).read_text(encoding="utf-8").splitlines()]


def test_points_and_events_stand_in_the_file(tmp_path: Path) -> None:
    assert tell(tmp_path, [1, 2]) == [
        {"step": 1, "event": "stage", "text": "training"},
        {"step": 1, "series": "train_loss", "value": 0.25},
        {"step": 2, "series": "train_loss", "value": 0.5},
        {"step": 2, "event": "ended", "text": "finished"},
    ]


def test_every_leaves_points_out(tmp_path: Path) -> None:
    assert [line["step"] for line in tell(tmp_path, [1, 2, 3, 4], every=2) if "series" in line] == [2, 4]
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        new_tracker.maker(every=0)


def test_a_resumed_run_takes_steps_again_that_came_after_its_checkpoint(tmp_path: Path) -> None:
    tell(tmp_path, [1, 2, 3])

    lines = tell(tmp_path, [3, 4], resumed_at=2)

    assert [line["step"] for line in lines if "series" in line] == [1, 2, 3, 4]


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
